{
    "name": "Sales Conveyor: Point of Sale",
    "version": "19.0.1.1.0",
    "summary": "What is bought at the till is part of a customer's purchase rhythm",
    "category": "Sales/CRM",
    "license": "LGPL-3",
    "author": "Sales Conveyor",
    "depends": ["sales_conveyor", "point_of_sale"],
    "data": ["views/conveyor_rhythm_views.xml"],
    "auto_install": True,
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
    "assets": {
        "point_of_sale._assets_pos": [
            "sales_conveyor_pos/static/src/**/*",
        ],
    },
}
