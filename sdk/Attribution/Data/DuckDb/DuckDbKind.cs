namespace Attribution.Data.DuckDb;

/// <summary>The physical kind of a column: <c>duckdb_type</c> of duckdb.h, by its numbers.</summary>
public enum DuckDbKind
{
    Invalid = 0,
    Boolean = 1,
    TinyInt = 2,
    SmallInt = 3,
    Integer = 4,
    BigInt = 5,
    UTinyInt = 6,
    USmallInt = 7,
    UInteger = 8,
    UBigInt = 9,
    Float = 10,
    Double = 11,
    HugeInt = 16,
    Varchar = 17,
    Blob = 18,
    Decimal = 19,
    List = 24,
    Struct = 25,
    Map = 26,
    Array = 33,
}
