using Attribution.Reporting.ContextAttribution;

namespace Attribution.Reporting.Tests;

public sealed class AttributedAnswerHtmlTests
{
    private static readonly AttributedAnswer Answer = new(
        "Who & <why>?", ["Tea <script>alert(1)</script> is hot. Ice is \"cold\".", "More."],
        [(0, new(0, 37)), (0, new(38, 52)), (1, new(0, 5))], "Ice. <b>Tea</b>.",
        [new(new(0, 4), [0.1f, 0.5f, -0.25f]), new(new(5, 16), [1f, 0f, 0f])]);

    [Fact]
    public void Texts_are_inert_whatever_they_say_and_the_page_needs_nothing_from_elsewhere()
    {
        var page = AttributedAnswerHtml.Page(Answer);
        page.ShouldNotContain("<script>alert");
        page.ShouldContain("Tea &lt;script&gt;alert(1)&lt;/script&gt; is hot.");
        page.ShouldContain("<title>Who &amp; &lt;why&gt;?</title>");
        page.ShouldNotContain("<b>");
        page.ShouldNotContain("http:");
        page.ShouldNotContain("https:");
        page.Split("<script>").Length.ShouldBe(2);
        page.ShouldContain("default-src 'none'");
    }

    [Fact]
    public void Sentences_are_buttons_with_their_scores_and_the_first_is_shown_without_a_script()
    {
        var section = AttributedAnswerHtml.Section(Answer);
        section.ShouldContain(
            """<button type="button" aria-pressed="true" data-scores="0.1 0.5 -0.25">Ice.</button>"""
            + """ <button type="button" aria-pressed="false" data-scores="1 0 0">""");
        section.ShouldContain("""data-source="1" title="0.5" style="--share:1">Ice is &quot;cold&quot;.</span>""");
        section.ShouldContain("""data-source="2" title="-0.25" style="--share:0.5" data-against>More.</span>""");
        var rows = section[section.IndexOf("<tbody>", StringComparison.Ordinal)..];
        rows.IndexOf("<td>0.5</td>", StringComparison.Ordinal).ShouldBeLessThan(rows.IndexOf("<td>0.1</td>", StringComparison.Ordinal));
    }

    [Fact]
    public void Scores_that_are_all_small_are_told_apart()
    {
        var section = AttributedAnswerHtml.Section(Answer with { Sentences = [new(new(0, 4), [1.25e-5f, 5e-5f, -0.12345f])] });
        section.ShouldContain("data-scores=\"1.25E-05 5E-05 -0.1235\"");
        section.ShouldContain("<td>5E-05</td>");
    }

    [Fact]
    public void The_best_eight_sources_are_listed_ties_by_their_place() =>
        AttributedAnswerHtml.Best([0, 1, 5, 1, 1, 1, 1, 1, 1, 1]).ShouldBe([2, 1, 3, 4, 5, 6, 7, 8]);
}
