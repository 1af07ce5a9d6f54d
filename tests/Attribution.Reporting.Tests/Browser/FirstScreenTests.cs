using Microsoft.Playwright;

namespace Attribution.Reporting.Tests.Browser;

/// <summary>The answer is what the first screen shows, on a desk and on a phone.</summary>
public sealed class FirstScreenTests(Chromium browser) : IClassFixture<Chromium>
{
    [BrowserTheory]
    [InlineData(1400, 900, ColorScheme.Light)]
    [InlineData(1400, 900, ColorScheme.Dark)]
    [InlineData(390, 844, ColorScheme.Light)]
    [InlineData(390, 844, ColorScheme.Dark)]
    public async Task The_first_screen_has_the_results_numbers(int width, int height, ColorScheme scheme)
    {
        await using var window = await browser.OpenAsync(width, height, scheme, browser.SweepAddress);
        var page = window.Page;
        var rows = page.Locator("#answer tbody tr");
        (await rows.CountAsync()).ShouldBe(SampleSweep.Evals.Length);
        foreach (var (set, row) in (await rows.AllAsync()).Index())
        {
            await IsOnFirstScreen(row.GetByText(SampleSweep.Evals[set], new() { Exact = true }));
            await IsOnFirstScreen(row.GetByRole(AriaRole.Link, new() { Name = "residual_change_treatment × residual_change k20 top" }));
            await IsOnFirstScreen(row.Locator(".score b"));
            (await row.Locator(".score").InnerTextAsync()).ShouldMatch(@"0\.00 →[\s\S]*1\.\d\d ± 0\.51\s+random 0\.\d\d");
            await IsOnFirstScreen(row.Locator(".score small"));
            await IsOnFirstScreen(row.GetByText("[1.10, 2.10]"));
            await IsOnFirstScreen(row.GetByText(set == 1 ? "[0.02, 0.74]" : "[−0.12, 0.74]"));
            await IsOnFirstScreen(row.GetByText(set == 1 ? "best" : "not told from the second", new() { Exact = true }));
        }
        window.Complaints.ShouldBeEmpty();

        async Task IsOnFirstScreen(ILocator element)
        {
            var box = (await element.BoundingBoxAsync()).ShouldNotBeNull();
            (box.X >= 0 && box.Y >= 0 && box.X + box.Width <= width && box.Y + box.Height <= height).ShouldBeTrue(
                $"{await element.InnerTextAsync()}: {box.X}, {box.Y}, {box.Width} x {box.Height}");
        }
    }

    [BrowserFact]
    public async Task It_opens_on_the_best_run_whose_charts_have_ticks_labels_and_the_draw_at_random()
    {
        await using var window = await browser.OpenAsync(address: browser.SweepAddress);
        var page = window.Page;
        await Assertions.Expect(page.Locator("#run option:checked")).ToHaveTextAsync("laziness: residual_change_treatment × residual_change k20 top");
        var charts = page.Locator("#of-run svg.chart");
        (await charts.CountAsync()).ShouldBe(2);
        foreach (var chart in await charts.AllAsync())
        {
            (await chart.Locator(".tick").CountAsync()).ShouldBeGreaterThan(6);
            (await chart.Locator(".axis-label").CountAsync()).ShouldBe(2);
            (await chart.Locator(".random").CountAsync()).ShouldBeGreaterThan(0);
        }
        (await page.Locator("#of-run path.loss").CountAsync()).ShouldBe(3, "a curve for each seed");
        (await page.Locator("#of-run .keys li.loss").TextContentAsync()).ShouldBe("this run, 3 seeds");
        (await page.Locator("#results .bars path.random").CountAsync()).ShouldBeGreaterThan(0);
    }

    [BrowserFact]
    public async Task A_run_at_the_bottom_of_the_ranking_shows_the_lowest_scores_as_chosen_and_opens_on_their_rows()
    {
        await using var window = await browser.OpenAsync(address: browser.SweepAddress);
        var page = window.Page;
        await page.Locator("#run").SelectOptionAsync(new SelectOptionValue { Label = "empathy: residual_change_treatment × residual_change k50 bottom" });
        var histogram = page.Locator("#of-run svg.chart").First;
        (await histogram.Locator(".cut-label").TextContentAsync()).ShouldBe("k = 50, up to −0.200");
        (await histogram.GetAttributeAsync("aria-label"))!.ShouldEndWith("the 50 chosen rows have −0.200 or less.");
        var (last, cut) = (await RightmostAsync(".chosen"), await RightmostAsync("line.cut"));
        last.ShouldBeLessThan(cut + 10);
        last.ShouldBeLessThan(await RightmostAsync(".rows"));
        (await page.GetByLabel("Bottom 10").IsCheckedAsync()).ShouldBeTrue();
        (await page.Locator("#run-rows tbody tr").First.Locator("td").First.TextContentAsync()).ShouldBe($"{SampleReport.Rows}");

        await page.Locator("#run").SelectOptionAsync(new SelectOptionValue { Label = "empathy: residual_change_treatment × residual_change k50 top" });
        (await histogram.Locator(".cut-label").TextContentAsync()).ShouldBe("k = 50, from 0.300");
        (await page.GetByLabel("Top 10").IsCheckedAsync()).ShouldBeTrue();
        window.Complaints.ShouldBeEmpty();

        Task<double> RightmostAsync(string kind) =>
            histogram.EvaluateAsync<double>("(svg, kind) => Math.max(...[...svg.querySelectorAll(kind)].map(e => e.getBoundingClientRect().right))", kind);
    }

    [BrowserFact]
    public async Task Curves_go_along_an_axis_with_a_point_for_each_seed_and_the_metric_can_be_chosen()
    {
        await using var window = await browser.OpenAsync(address: browser.SweepAddress);
        var page = window.Page;
        var panels = page.Locator("#of-curves details").First.Locator("figure");
        (await panels.CountAsync()).ShouldBe(2, "one for each pair of methods");
        (await panels.First.Locator("path.line").CountAsync()).ShouldBe(2, "the first k and the last k");
        (await panels.First.Locator("path.line.last").CountAsync()).ShouldBe(1);
        (await panels.First.Locator("path.random").CountAsync()).ShouldBe(1);
        (await panels.First.Locator(".seed-point").CountAsync()).ShouldBe((2 + 1) * 3 * 3);
        (await panels.First.Locator(".interval-bar").CountAsync()).ShouldBe(2 * 3, "the last k have intervals too");
        (await panels.First.Locator("table tbody tr").First.TextContentAsync())!.ShouldContain(" [");
        (await panels.First.Locator(".tick").AllTextContentsAsync()).ShouldContain("50");
        await page.Locator("#curves-metric").SelectOptionAsync("precision_at_k");
        (await panels.First.Locator(".axis-label").AllTextContentsAsync()).ShouldContain("Precision@k");
        (await panels.First.Locator(".interval-bar").CountAsync()).ShouldBe(0);
        (await page.Locator("#ground-truth tbody tr").First.InnerTextAsync()).ShouldContain("0.61 [0.40, 0.77]");
        (await page.Locator("#provenance").InnerTextAsync()).ShouldContain("2 files changed since");
        window.Complaints.ShouldBeEmpty();
        window.Requests.ShouldBe([browser.SweepAddress]);
    }

    [BrowserFact]
    public async Task The_underline_of_a_link_does_not_hide_the_underscores_of_its_name()
    {
        await using var window = await browser.OpenAsync(address: browser.SweepAddress);
        // An underscore lies within a quarter of the letters' size below the line.
        (await window.Page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('main a')].filter(a => a.textContent.includes('_')).filter(a => {
              const style = getComputedStyle(a);
              return style.textDecorationLine === 'underline' && !(parseFloat(style.textUnderlineOffset) >= .3 * parseFloat(style.fontSize));
            }).map(a => a.outerHTML)
            """)).ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task A_phone_shows_all_of_it_without_scrolling_sideways()
    {
        await using var window = await browser.OpenAsync(390, 844, address: browser.SweepAddress);
        var closed = window.Page.Locator("#of-curves > details:not([open]) > summary");
        while (await closed.CountAsync() > 0)
            await closed.First.ClickAsync();
        (await window.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, .values, .sr, svg') "
            + "&& e.getBoundingClientRect().right > 391).map(e => e.outerHTML.slice(0, 80))")).ShouldBeEmpty();
        (await window.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).ShouldBe(390);
    }
}
