"""Arrow columns -> Python values, even if Python cannot represent them: nanoseconds, the year 146000, invalid UTF-8."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from etl.formats.names import distinct

if TYPE_CHECKING:
    import pyarrow as pa

# The errors of Arrow for a value that Python cannot represent.  ValueError includes ArrowInvalid, and KeyError (with
# pyarrow 19) includes ZoneInfoNotFoundError for an unknown time zone.
NO_FORM = (ValueError, OverflowError, KeyError)


def rows_of(batch: "pa.RecordBatch") -> Iterator[dict[str, Any]]:
    """Yield the rows of a batch without nulls, one in memory at a time.

    If two columns have the same name, the second gets a number.
    """
    names = distinct(batch.schema.names)
    for values in zip(*map(values_of, batch.columns), strict=True):
        yield {name: value for name, value in zip(names, values, strict=True) if value is not None}


def values_of(column: "pa.Array") -> Iterator[Any]:
    """Yield the values of a column; None for null."""
    # pandas, if it is installed, would convert nanoseconds in another way.
    if "[ns" in str(column.type):
        yield from map(_converted, column)
        return
    for scalar in column:
        try:
            value = scalar.as_py()
        except NO_FORM:
            value = _converted(scalar)
        yield value


def _converted(scalar: "pa.Scalar[Any]") -> Any:
    """Return a value; what Python cannot represent is in Arrow's notation, and text that is not UTF-8 is bytes."""
    import pyarrow as pa

    if not scalar.is_valid:
        return None
    if isinstance(scalar, pa.StructScalar):
        return {name: _converted(scalar[number]) for number, name in enumerate(distinct(list(scalar)))}
    if isinstance(scalar, pa.ListScalar | pa.FixedSizeListScalar | pa.ListViewScalar):
        return [_converted(item) for item in scalar.values]
    if isinstance(scalar, pa.DictionaryScalar | pa.ExtensionScalar | pa.RunEndEncodedScalar | pa.UnionScalar):
        return _converted(scalar.value)
    try:
        return _in_microseconds(scalar).as_py()
    except UnicodeDecodeError:
        return scalar.as_buffer().to_pybytes()
    except NO_FORM:
        return pa.repeat(scalar, 1).to_string().strip("[]\n ")


def _in_microseconds(scalar: "pa.Scalar[Any]") -> "pa.Scalar[Any]":
    """Return a time in microseconds, if it is one of nanoseconds.  Raises ArrowInvalid if that is not exact."""
    import pyarrow as pa

    if pa.types.is_timestamp(scalar.type) and scalar.type.unit == "ns":
        return scalar.cast(pa.timestamp("us", scalar.type.tz))
    if pa.types.is_duration(scalar.type) and scalar.type.unit == "ns":
        return scalar.cast(pa.duration("us"))
    return scalar.cast(pa.time64("us")) if scalar.type == pa.time64("ns") else scalar
