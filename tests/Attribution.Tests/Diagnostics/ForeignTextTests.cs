using Attribution.Contracts;
using Attribution.Diagnostics;

namespace Attribution.Tests.Diagnostics;

public sealed class ForeignTextTests
{
    [Theory]
    [InlineData("plain, \t tab\nline\r\nÜber 漢字 👍🏽", null)]
    [InlineData("\u001b[2Jgone", "\\u001b[2Jgone")]
    [InlineData("a\u0007b\u0000", "a\\u0007b\\u0000")]
    [InlineData("\u009b31m", "\\u009b31m")]
    [InlineData("\u202egnp.exe\u2066\u200f", "\\u202egnp.exe\\u2066\\u200f")]
    [InlineData("over\rwritten", "over\\u000dwritten")]
    [InlineData("\u2028", "\\u2028")]
    [InlineData("::error file=a::b", "\\u003a:error file=a::b")]
    [InlineData("said\n \u00a0\t::add-mask::x\r\n::y", "said\n \u00a0\t\\u003a:add-mask::x\r\n\\u003a:y")]
    [InlineData("a ##[add-mask]x ##vso[task.x] ##teamcity[x] # # [x]", "a #\\u0023[add-mask]x #\\u0023vso[task.x] #\\u0023teamcity[x] # # [x]")]
    [InlineData("std::vector, ## Heading, a:\n: b", null)]
    public void What_a_terminal_or_a_build_server_would_act_on_is_written_out(string text, string? shown) => ForeignText.Visible(text).ShouldBe(shown ?? text);

    [Fact]
    public void Keys_go_whole_in_parts_and_in_base64_and_other_words_stay()
    {
        const string secret = "hf_Zq81kLmno02PqrSt7Uv";
        KnownSecrets.Add(secret);
        KnownSecrets.Hide($"a {secret} b").ShouldBe("a [key] b");
        KnownSecrets.Hide($"a {secret[..11]} b {secret[11..]}").ShouldBe("a [key] b [key]");
        KnownSecrets.Hide("hf_Zq8...7Uv").ShouldBe("[key]");
        KnownSecrets.Hide("hf_Zq8**** ****7Uv").ShouldBe("[key] [key]");
        KnownSecrets.Hide("and so on ... the model hf_transfer is **bold** and 7Uv").ShouldBe("and so on ... the model hf_transfer is **bold** and 7Uv");
        var bytes = System.Text.Encoding.ASCII.GetBytes(secret);
        for (var before = 0; before < 5; before++)
            KnownSecrets.Hide(Convert.ToBase64String([.. new byte[before], .. bytes, 1, 2])).ShouldNotContain(Convert.ToBase64String([.. new byte[before],
                .. bytes])[(before + 4)..(before + 20)]);
        // A long text without a key is not searched twice.
        var text = string.Concat(Enumerable.Repeat("qwxvjzkpty..", 100_000));
        KnownSecrets.Hide(text).ShouldBe(text);
    }
}
