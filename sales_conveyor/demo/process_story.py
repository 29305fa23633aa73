"""How leads become first sales at Oak & Linen, in the people's own words."""

NEWER = 45  # days back: the draft is made of what came since

PROCESSES = (
    {
        "source": "site", "name": "Leads of our site", "goal": "A measuring visit at the client's home",
        "origin_who": "Maria, with the agency",
        "origin_steps": "Two campaigns: kitchens in spring, sofas all year. The click leads to a page with six kitchens and one form.",
        "origin_promise": "An answer within an hour, and a price range on the first call.",
        "first_contact": "He fills in the form: what, for which room, until when.", "origin_cost": 38, "schedule": "month",
    },
    {
        "source": "friend", "name": "Leads by recommendation", "goal": "A visit to the showroom",
        "origin_who": "Everybody who delivers", "origin_steps": "At the hand-over we ask whom else we may help.",
        "origin_promise": "The same price and the same people as his friend had.",
        "first_contact": "He telephones, or his friend does.", "schedule": "quarter",
    },
)
STEPS = {  # section: what people say about it
    "new": {
        "said": "We have seen your request. Olga will call you within the hour.", "who": "Whoever is free, within an hour", "norm_days": 1,
        "script": "\"You have just written to us about a kitchen. What made you write today?\"",
        "mistakes": "Sending the price list instead of calling."},
    "contact": {
        "said": "Let me ask five questions, then I can tell you what it costs.", "who": "The salesperson of the lead", "norm_days": 2,
        "script": "\"Who else decides about it?\" \"Until when should it stand?\"", "mistakes": "Talking of oak before he has told of his kitchen."},
    "needs": {
        "said": "Our fitter measures on Thursday, it takes half an hour.", "who": "The salesperson, with the fitter", "norm_days": 5,
        "script": "\"Shall we come on Thursday or on Saturday?\"", "mistakes": "Drawing before measuring: half of it is drawn twice."},
    "presentation": {
        "said": "Two variants, one of them below your budget.", "who": "The salesperson, in the showroom", "norm_days": 6,
        "script": "\"Which of the two is closer, and what would you change in it?\"", "mistakes": "Mailing the offer without walking through it."},
    "objections": {
        "said": "", "who": "The salesperson; above 5,000 with Maria", "norm_days": 7,
        "script": "\"What has to be clear before you decide?\"", "mistakes": "A discount before the reason is known."},
}
