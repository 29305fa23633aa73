{
    "name": "Sales Conveyor: Coupons & Loyalty",
    "version": "19.0.1.0.0",
    "summary": "Offers of reactivation rules are coupons of a loyalty program",
    "category": "Sales/CRM",
    "license": "LGPL-3",
    "author": "Sales Conveyor",
    "depends": ["sales_conveyor", "loyalty"],
    "auto_install": True,
    "data": [
        "security/ir.model.access.csv",
        "views/conveyor_offer_views.xml",
    ],
}
