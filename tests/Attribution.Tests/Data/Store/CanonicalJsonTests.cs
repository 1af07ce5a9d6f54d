using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using FsCheck;
using FsCheck.Fluent;

namespace Attribution.Tests.Data.Store;

public class CanonicalJsonTests
{
    // RFC 8785, section 3.2.2 and 3.2.3.
    [Fact]
    public void The_example_of_RFC_8785_comes_out_as_it_says()
        => Canonical("""
            {"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
             "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}
            """).ShouldBe("""{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}""");

    // RFC 8785, appendix B; the last row is ours: more digits than a double holds.
    [Theory]
    [InlineData("-0.0", "0")]
    [InlineData("5e-324", "5e-324")]
    [InlineData("-1.7976931348623157E308", "-1.7976931348623157e+308")]
    [InlineData("2.9514790517935283E20", "295147905179352830000")]
    [InlineData("9.999999999999997E22", "9.999999999999997e+22")]
    [InlineData("1.0E23", "1e+23")]
    [InlineData("9.999999999999997E-7", "9.999999999999997e-7")]
    [InlineData("0.0000010", "0.000001")]
    [InlineData("333333333.33333325", "333333333.33333325")]
    [InlineData("18446744073709551615", "18446744073709551615")]
    public void A_number_has_one_form(string token, string canonical) => Canonical(token).ShouldBe(canonical);

    [Fact]
    public void A_number_reads_back_as_itself()
        => Prop.ForAll((NormalFloat x) => double.Parse(CanonicalJson.Write(x.Get)).Equals(x.Get + 0.0)).QuickCheckThrowOnFailure();

    [Fact]
    public void Two_64_bit_seeds_never_become_one()
        => Prop.ForAll((ulong x) => CanonicalJson.Write(x) == x.ToString()).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_of_names_and_the_spelling_of_escapes_do_not_matter()
        => Canonical("""{ "b" : {"\u0079":1, "x":2.0}, "a" : "\u0041/" }""").ShouldBe(Canonical("""{"a":"A\/","b":{"x":2,"y":1e0}}"""));

    [Fact]
    public void The_order_of_a_list_matters() => Canonical("[1,2]").ShouldNotBe(Canonical("[2,1]"));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void NaN_and_infinities_are_refused(double value)
        => Should.Throw<AttributionException>(() => CanonicalJson.Write(new { rate = value })).Code.ShouldBe(ErrorCodes.RequestNotCanonical);

    [Theory]
    [InlineData("""{"a":{"b":[1e999]}}""", "$.a.b[0]")]
    [InlineData("""{"a":1,"\u0061":1}""", "$.a")]
    [InlineData("""{"a":"\ud800"}""", "$.a")]
    public void What_has_no_canonical_form_is_refused_and_named(string json, string where)
    {
        var error = Should.Throw<AttributionException>(() => Canonical(json));
        error.Code.ShouldBe(ErrorCodes.RequestNotCanonical);
        error.Property.ShouldBe(where);
    }

    [Fact]
    public void A_record_and_the_node_that_says_the_same_are_one()
        => CanonicalJson.Write(new { TopK = 5, Kind = DayOfWeek.Friday }).ShouldBe(CanonicalJson.Write(new JsonObject { ["topK"] = 5.0, ["kind"] = "Friday" }));

    private static string Canonical(string json)
    {
        using var document = JsonDocument.Parse(json);
        return CanonicalJson.Write(document.RootElement);
    }
}
