"""Sections, sources, tags, salespeople in their teams, customers."""

TABLES = ("res_partner", "res_users", "res_groups_users_rel", "crm_team_member")
LOG = {"create_uid": "1", "write_uid": "1", "create_date": "now() AT TIME ZONE 'UTC'",
       "write_date": "now() AT TIME ZONE 'UTC'"}
GROUPS = "SELECT res_id FROM ir_model_data WHERE model = 'res.groups' AND module = %s AND name = %s"
PARTNER = {"active": "true", "type": "'contact'", "autopost_bills": "'ask'", "message_bounce": "0", "color": "0",
           "customer_rank": "0", "supplier_rank": "0"}
NAMES = ("ARRAY['Ada', 'Boris', 'Clara', 'Daniil', 'Elena', 'Felix', 'Galina', 'Hugo', 'Irina', 'Jan']",
         "ARRAY['Lamp', 'Ivanov', 'Berg', 'Petrova', 'Stein', 'Sokol', 'Blum', 'Orlov', 'Wolf', 'Kraft']")
NAME = "({})[pg_temp.pick(n, 11, 10)] || ' ' || ({})[pg_temp.pick(n, 12, 10)] || ' ' || n".format(*NAMES)


def catalogue(load, scale):
    """Seven sections, sources, campaigns, tags, reasons of loss."""
    for place, name in enumerate(("Sample", "Negotiation", "Contract"), 4):
        load.cr.execute("INSERT INTO crm_stage (name, sequence) VALUES (jsonb_build_object('en_US', %s::text), %s)",
                        (name, place))
    load.insert("utm_source", {"name": "'Source ' || n", **LOG}, f"generate_series(1, {scale.sources}) n")
    load.insert("utm_campaign", {
        "name": "'Campaign ' || n", "title": "jsonb_build_object('en_US', 'Campaign ' || n)", "user_id": "2",
        "stage_id": "(SELECT min(id) FROM utm_stage)", "active": "true", **LOG,
    }, f"generate_series(1, {scale.campaigns}) n")
    load.insert("crm_tag", {"name": "jsonb_build_object('en_US', 'Tag ' || n)", "color": "n", **LOG},
                "generate_series(1, 8) n")
    load.insert("crm_lost_reason", {"name": "jsonb_build_object('en_US', 'Reason ' || n)", "active": "true", **LOG},
                "generate_series(1, 6) n")


def salespeople(load, scale):
    """Users, each in one team; most see their own leads, some all of them, a few are managers."""
    people, users, teams = load.base("res_partner"), load.base("res_users"), load.base("crm_team")
    aliases = load.base("mail_alias")
    values = {"people": people, "users": users, "teams": teams, "aliases": aliases, "count": scale.teams}
    numbers = f"generate_series(1, {scale.users}) n"
    load.insert("res_partner", {
        "id": "%(people)s + n", "name": "'Seller ' || n", "complete_name": "'Seller ' || n", **PARTNER,
        "commercial_partner_id": "%(people)s + n", "email": "'seller' || n || '@example.com'",
        "email_normalized": "'seller' || n || '@example.com'", "is_company": "false", "partner_share": "false",
        "lang": "'en_US'", "tz": "'Europe/Berlin'", **LOG}, numbers, values)
    load.insert("res_users", {
        "id": "%(users)s + n", "login": "'seller' || n", "partner_id": "%(people)s + n", "company_id": "1",
        "active": "true", "share": "false", "notification_type": "'email'",
        "sale_team_id": "%(teams)s + 1 + (n - 1) %% %(count)s", **LOG}, numbers, values)
    load.insert("res_company_users_rel", {"cid": "1", "user_id": "%(users)s + n"}, numbers, values)
    _groups(load, numbers, values)
    _teams(load, scale, values)
    load.insert("crm_team_member", {
        "crm_team_id": "%(teams)s + 1 + (n - 1) %% %(count)s", "user_id": "%(users)s + n", "active": "true",
        "assignment_max": "30", **LOG}, numbers, values)
    for table in ("res_partner", "res_users", "crm_team", "mail_alias"):
        load.align_sequence(table)


def _groups(load, numbers, values):
    """The first of every fifty is a manager, the tenth after him sees all documents."""
    for module, name, condition in (
            ("base", "group_user", "true"), ("base", "group_allow_export", "true"), ("sales_team", "group_sale_manager", "n %% 50 = 1"),
            ("sales_team", "group_sale_salesman_all_leads", "n %% 50 = 11"),
            ("sales_team", "group_sale_salesman", "n %% 50 NOT IN (1, 11)")):
        group = load.value(GROUPS, module, name)
        load.insert("res_groups_users_rel", {"gid": str(group), "uid": "%(users)s + n"},
                    f"{numbers} WHERE {condition}", values)


def _teams(load, scale, values):
    model = load.value("SELECT id FROM ir_model WHERE model = 'crm.lead'")
    numbers = f"generate_series(1, {scale.teams}) n"
    load.insert("mail_alias", {
        "id": "%(aliases)s + n", "alias_model_id": str(model), "alias_contact": "'everyone'",
        "alias_defaults": "'{}'", **LOG}, numbers, values)
    load.insert("crm_team", {
        "id": "%(teams)s + n", "name": "jsonb_build_object('en_US', 'Team ' || n)", "sequence": "10 + n",
        "alias_id": "%(aliases)s + n", "user_id": "%(users)s + n", "active": "true", "use_leads": "true",
        "use_opportunities": "true", "company_id": "1", **LOG}, numbers, values)


def customers(load, scale):
    """One in four is a contact of the company before him, one in four a company."""
    base, users = load.base("res_partner"), load.value("SELECT min(id) FROM res_users WHERE login = 'seller1'")
    load.insert("res_partner", {
        "id": "%(base)s + n", "name": NAME, "complete_name": NAME, **PARTNER,
        "is_company": "n %% 4 = 1", "parent_id": "CASE WHEN n %% 4 = 2 THEN %(base)s + n - 1 END",
        "commercial_partner_id": "%(base)s + n - (n %% 4 = 2)::int",
        "user_id": "CASE WHEN pg_temp.u(n, 13) < 0.5 THEN %(users)s - 1 + pg_temp.pick(n, 14, %(count)s) END",
        "email": "'client' || n || '@example.com'", "email_normalized": "'client' || n || '@example.com'",
        "phone": "'+49 30 ' || (1000000 + n)", "phone_sanitized": "'+4930' || (1000000 + n)",
        "partner_share": "true", "lang": "'en_US'",
        "country_id": "(SELECT id FROM res_country WHERE code = 'DE')", "city": "'Berlin'", **LOG,
    }, f"generate_series(1, {scale.customers}) n", {"base": base, "users": users, "count": scale.users})
    load.align_sequence("res_partner")
    load.cr.execute("CREATE TEMP TABLE seed_customer AS SELECT %s AS base, %s AS users", (base, users))
