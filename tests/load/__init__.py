"""Load: a seeded database at three scales, and benchmarks that print ratios.

``python -m tests.load`` (called by ``setup/bench``) runs the benchmarks; ``seed.py`` makes the data; ``bench.py`` measures
and judges; a file ``bench_….py`` holds the benchmarks of one subject. Only ratios within one run count: both sides are
measured in turns, on the same data, and must give the same answer.
"""
