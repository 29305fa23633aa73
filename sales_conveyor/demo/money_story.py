"""What Oak & Linen spends on its sources as plain data: the magazine burns money, the site and its campaigns pay back."""

# source, campaign, description, months back (0: this one), amount a month
MONTHLY = (
    ("site", "", "Search ads", (5, 4, 3, 2, 1, 0), 180),
    ("site", "kitchen", "Kitchen spring, banners", (4, 3, 2), 150),
    ("magazine", "", "Advertisement in the magazine, half a page", (5, 4, 3, 2, 1, 0), 390),
)
# source, description, days back of the first and the last day, amount
ONCE = (("fair", "Stand at the home fair", 122, 119, 640),)
TOUCH_COST = 4.5
