from . import test_visitors
