{
    "name": "Sales Conveyor: Website",
    "version": "19.0.1.0.0",
    "summary": "Visitors of a website by the hour, against leads and purchases",
    "category": "Sales/CRM",
    "license": "LGPL-3",
    "author": "Sales Conveyor",
    "depends": ["sales_conveyor", "website"],
    "data": [
        "data/conveyor_counter_cron.xml",
        "views/conveyor_counter_views.xml",
    ],
    "auto_install": True,
}
