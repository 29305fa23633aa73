"""XlsxWriter alone: the calls that a writer makes on it, recorded once and made again without the writer.

So the reference writes exactly the same workbook, and the difference is what our writer itself costs.
"""

from contextlib import contextmanager

import xlsxwriter


class _Proxy:
    """Stands for an object of XlsxWriter, whose number among all objects it knows; notes every call."""

    def __init__(self, target, calls, objects):
        self._target, self._calls, self._objects = target, calls, objects
        self._number = len(objects)
        objects.append(target)

    def __getattr__(self, name):
        value = getattr(self._target, name)
        return value if not callable(value) else lambda *args, **kwargs: self._call(name, value, args, kwargs)

    def _call(self, name, method, args, kwargs):
        result = method(*map(_target, args), **{key: _target(value) for key, value in kwargs.items()})
        is_object = type(result).__module__.startswith("xlsxwriter.")
        proxy = _Proxy(result, self._calls, self._objects) if is_object else None
        self._calls.append((self._number, name, tuple(map(_reference, args)),
                            {key: _reference(value) for key, value in kwargs.items()}, is_object))
        return proxy or result

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


class _Reference(int):
    """The number of an object."""


def _target(value):
    if isinstance(value, dict):
        return {key: _target(item) for key, item in value.items()}
    return value._target if isinstance(value, _Proxy) else value


def _reference(value):
    if isinstance(value, dict):
        return {key: _reference(item) for key, item in value.items()}
    return _Reference(value._number) if isinstance(value, _Proxy) else value


def _resolved(value, objects):
    if type(value) is dict:
        return {key: _resolved(item, objects) for key, item in value.items()}
    return objects[value] if type(value) is _Reference else value


@contextmanager
def recorded(module):
    """Gives a list that fills with the calls which ``module`` makes on its ``xlsxwriter`` inside the block."""
    calls = []

    class Library:
        @staticmethod
        def Workbook(stream, options=None):  # noqa: N802  XlsxWriter's own name
            calls.append(options)
            return _Proxy(xlsxwriter.Workbook(stream, options), calls, [])

    original, module.xlsxwriter = module.xlsxwriter, Library
    try:
        yield calls
    finally:
        module.xlsxwriter = original


def replay(calls, stream):
    """The same calls on XlsxWriter, into another stream."""
    options, *calls = calls
    objects = [xlsxwriter.Workbook(stream, options)]
    for number, name, args, kwargs, is_object in calls:
        result = getattr(objects[number], name)(
            *[_resolved(value, objects) for value in args], **{key: _resolved(value, objects) for key, value in kwargs.items()})
        if is_object:
            objects.append(result)
