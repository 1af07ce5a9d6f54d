using Attribution.Reporting.Watch;
using Microsoft.Playwright;

namespace Attribution.Reporting.Tests.Browser;

/// <summary>The page of a build while it runs.</summary>
public sealed class WatchTests(Chromium browser) : IClassFixture<Chromium>
{
    private const string Address = "http://127.0.0.1:5005/";

    private static readonly BuildState Running = new("quickstart", null, true, DateTime.UnixEpoch,
    [
        new("ImportDatasets", BuildState.UpToDate, null, null),
        new("SelectTrainingData", BuildState.Done, "ran 41 of 41 selections", 4.2),
        new("FineTune", BuildState.Running, "15 of 1,078 adapters, 2 workers, 40 s left, step 10 of 14, loss 0.34", 125.5),
        new("Evaluate", BuildState.Waiting, null, null),
    ],
    [
        .. Enumerable.Range(0, 6).Select(run => new LiveCurve("FineTune", "loss", $"pool/residual_change_treatment/<b>{run}, seed {run % 3}",
            [.. Enumerable.Range(1, 40).Select(step => new LivePoint(step, 0.3 + 2 * Math.Exp(-step / (5.0 + run))))])),
        new("SelectTrainingData", "validation loss", "probe linear of sycophancy, seed 0", [new(1, 0.69), new(40, 0.2)]),
    ], ["FineTune: <img src=x onerror=alert(1)> the disk is slow"]);

    [BrowserTheory]
    [InlineData(1400, 900, ColorScheme.Light)]
    [InlineData(1400, 900, ColorScheme.Dark)]
    [InlineData(390, 844, ColorScheme.Light)]
    [InlineData(390, 844, ColorScheme.Dark)]
    public async Task Stages_progress_and_trainings_are_in_sight(int width, int height, ColorScheme scheme)
    {
        await using var window = await OpenAsync(() => Running, width, height, scheme);
        var page = window.Page;
        await Assertions.Expect(page.Locator("#status")).ToHaveTextAsync("building");
        (await page.Locator("#stages tr").CountAsync()).ShouldBe(4);
        // At once, as the page draws itself anew each second.
        (await page.EvaluateAsync<string[]>($$"""
            () => [...document.querySelectorAll('#stages .tag, #stages tr:nth-child(3) td')].filter(e => { const box = e.getBoundingClientRect();
              return !(box.width > 0 && box.left >= 0 && box.right <= {{width}} && box.bottom <= {{height}}); }).map(e => e.textContent)
            """)).ShouldBeEmpty();
        (await page.Locator("#stages tr").Nth(2).InnerTextAsync()).ShouldContain("2 min 5 s");
        var bar = page.Locator("#stages .meter");
        (await bar.CountAsync()).ShouldBe(1, "of the stage that runs");
        var filled = double.Parse((await bar.Locator(".done").GetAttributeAsync("width"))!, System.Globalization.CultureInfo.InvariantCulture);
        filled.ShouldBe(15 / 1078.0 * 200, 0.01);

        (await page.Locator("#of-trainings figure").CountAsync()).ShouldBe(2, "a chart for each measure");
        (await page.Locator("#of-trainings .axis-label").AllTextContentsAsync()).ShouldBe(["step", "loss", "epoch", "validation loss"]);
        (await page.Locator("#of-trainings figure").First.Locator("path.line").CountAsync()).ShouldBe(6);
        (await page.Locator("#of-trainings .keys li").First.TextContentAsync()).ShouldBe("pool/residual_change_treatment/<b>0, seed 0");
        (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).ShouldBe(width);
        (await page.EvaluateAsync<string[]>($"() => [...document.querySelectorAll('main *')].filter(e => !e.closest('.sr, svg') "
            + $"&& !e.classList.contains('sr') && e.getBoundingClientRect().right > {width + 1}).map(e => e.outerHTML.slice(0, 80))")).ShouldBeEmpty();
        (await PageTests.FaintAsync(page)).ShouldBeEmpty();
        (await page.Locator("img").CountAsync()).ShouldBe(0, "texts are texts");
        window.Complaints.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task It_follows_the_build_to_its_end_and_says_so_when_nobody_answers_any_more()
    {
        var state = Running with { Curves = [] };
        await using var window = await OpenAsync(() => state);
        var page = window.Page;
        await Assertions.Expect(page.Locator("#trainings")).ToBeHiddenAsync();
        state = Running;
        await Assertions.Expect(page.Locator("#trainings")).ToBeVisibleAsync();
        state = Running with { IsBuilding = false, Stages = [new("FineTune", BuildState.Failed, "the loss is infinite", 1)] };
        await Assertions.Expect(page.Locator("#status")).ToHaveTextAsync("failed");
        await Assertions.Expect(page.Locator("#stages .tag.bad")).ToHaveTextAsync("failed");
        state = Running;
        await Assertions.Expect(page.Locator("#status")).ToHaveTextAsync("building");
        state = null!;
        await Assertions.Expect(page.Locator("#status")).ToHaveTextAsync("ended");
    }

    private async Task<ReportWindow> OpenAsync(Func<BuildState?> state, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light) =>
        await browser.OpenAsync(width, height, scheme, Address, page => page.RouteAsync($"{Address}**", route => route.Request.Url == Address
            ? route.FulfillAsync(new() { ContentType = "text/html; charset=utf-8", Body = WatchPage.Render("quickstart") })
            : state() is { } now ? route.FulfillAsync(new() { ContentType = "application/json", Body = now.Write() }) : route.AbortAsync()));
}
