using Attribution.ContextAttribution.Sources;
using FsCheck;
using FsCheck.Fluent;

namespace Attribution.Tests.ContextAttribution;

public sealed class SentenceSplitterTests
{
    // A bar stands where a sentence ends and another begins.
    [Theory]
    [InlineData("He came. She left! Did they meet? Nobody knows.", "He came.|She left!|Did they meet?|Nobody knows.")]
    [InlineData("Dr. Smith met Mrs. Jones at St. Mary's. They spoke.", "Dr. Smith met Mrs. Jones at St. Mary's.|They spoke.")]
    [InlineData("It costs 3.50 euros, i.e. 4.2 dollars, vs. 5.1 before. Version 2.0.1 is out.",
        "It costs 3.50 euros, i.e. 4.2 dollars, vs. 5.1 before.|Version 2.0.1 is out.")]
    [InlineData("J. R. R. Tolkien wrote it. John F. Kennedy read it.", "J. R. R. Tolkien wrote it.|John F. Kennedy read it.")]
    [InlineData("The U.S. Senate met at 5 p.m. Monday. It closed at 7 p.m. The doors shut.",
        "The U.S. Senate met at 5 p.m. Monday.|It closed at 7 p.m.|The doors shut.")]
    [InlineData("\"Stop!\" he said. \"Why?\" she asked. “No.” They went.", "\"Stop!\" he said.|\"Why?\" she asked.|“No.”|They went.")]
    [InlineData("He said: \"I am tired.\" Then he slept.", "He said: \"I am tired.\"|Then he slept.")]
    [InlineData("Well... I think so. But wait… He is here. And so on ... and on.", "Well... I think so.|But wait…|He is here.|And so on ... and on.")]
    [InlineData("See Fig. 3 and No. 12 on p. 7. Smith et al. 2009 found it. Jones et al. The rest did not.",
        "See Fig. 3 and No. 12 on p. 7.|Smith et al. 2009 found it.|Jones et al.|The rest did not.")]
    [InlineData("Acme Inc. Chairman Lee quit. He joined Widget Co. He likes it.", "Acme Inc. Chairman Lee quit.|He joined Widget Co.|He likes it.")]
    [InlineData("They grow beans, peas, etc. Others grow corn (maize, etc.). It pays.", "They grow beans, peas, etc.|Others grow corn (maize, etc.).|It pays.")]
    [InlineData("It was shown before.[12] Later work agrees [3, 4]. The p value (p = 0.05) held.",
        "It was shown before.[12]|Later work agrees [3, 4].|The p value (p = 0.05) held.")]
    [InlineData("The pH fell. pH 7 is neutral. mRNA was found. Then e.g. rats, cf. mice.",
        "The pH fell.|pH 7 is neutral.|mRNA was found.|Then e.g. rats, cf. mice.")]
    [InlineData("Shopping:\n- two eggs\n- milk. Fresh!\n1. First do this.\n2. Then that.\na) one\nb) two",
        "Shopping:|- two eggs|- milk.|Fresh!|1. First do this.|2. Then that.|a) one|b) two")]
    [InlineData("# The title\nA line that\ngoes on. And ends\n\nA paragraph", "# The title|A line that\ngoes on.|And ends|A paragraph")]
    [InlineData("Really?! Yes!! (He left. She stayed.) Good.", "Really?!|Yes!!|(He left.|She stayed.)|Good.")]
    [InlineData("He was born on Jan. 5. In Feb. he moved. It ended in Dec. The year was over.",
        "He was born on Jan. 5.|In Feb. he moved.|It ended in Dec.|The year was over.")]
    [InlineData("In 1990. 5 people came. Visit www.example.com today. Mail a.b@c.org.", "In 1990.|5 people came.|Visit www.example.com today.|Mail a.b@c.org.")]
    [InlineData("He got a Ph.D. in 1999. She has a Ph.D. She teaches.", "He got a Ph.D. in 1999.|She has a Ph.D.|She teaches.")]
    [InlineData("今日は晴れです。明日は雨です。", "今日は晴れです。|明日は雨です。")]
    [InlineData("他说：「你好。」然后走了。", "他说：「你好。」|然后走了。")]
    [InlineData("no end", "no end")]
    [InlineData(" \n\t ", "")]
    public void English_is_cut_where_its_sentences_end(string text, string sentences) =>
        string.Join('|', SentenceSplitter.Split(text).Select(s => text[s.Start..s.End])).ShouldBe(sentences);

    [Theory]
    [InlineData("A line that\ngoes on. And ends\n\nA paragraph", "A line that|goes on.|And ends|A paragraph")]
    [InlineData("One.\r\n***\n1.\n- 2)\n\u2028Two. 3.5!\vThree\u0085Four", "One.|Two.|Three|Four")]
    [InlineData("1. First do this. Then that.", "1. First do this.|Then that.")]
    [InlineData("今日は晴れです。123。…", "今日は晴れです。|123。…")]
    [InlineData("***\n---\n 12 ", "")]
    public void By_the_rule_of_lines_every_break_ends_a_sentence_and_what_has_no_letter_is_none(string text, string sentences) =>
        string.Join('|', SentenceSplitter.Split(text, SentenceRule.Lines).Select(s => text[s.Start..s.End])).ShouldBe(sentences);

    [Fact]
    public void Of_any_text_the_sentences_are_in_order_and_disjoint_and_hold_every_character_that_is_not_white_space()
    {
        var pieces = Gen.Elements("Dr. ", "a", "B", ".", "!", "?", "…", " ", "\n", "\n\n", "- ", "1. ", "\"", ")", "[1]", "e.g. ", "The ", "。", "\u00a0",
            "\r\n", "😀", "# x");
        Prop.ForAll(pieces.ListOf().Select(string.Concat).ToArbitrary(), text =>
        {
            var sentences = SentenceSplitter.Split(text);
            var at = 0;
            foreach (var sentence in sentences)
            {
                text[at..sentence.Start].ShouldBeNullOrWhiteSpace();
                sentence.Length.ShouldBeGreaterThan(0);
                text[sentence.Start..sentence.End].ShouldBe(text[sentence.Start..sentence.End].Trim());
                at = sentence.End;
            }
            text[at..].ShouldBeNullOrWhiteSpace();
        }).QuickCheckThrowOnFailure();
    }
}
