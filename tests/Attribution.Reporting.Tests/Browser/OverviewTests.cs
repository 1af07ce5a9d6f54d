using Microsoft.Playwright;

namespace Attribution.Reporting.Tests.Browser;

/// <summary>The page over several experiments as a reader meets it.</summary>
public sealed class OverviewTests(Chromium browser) : IClassFixture<Chromium>
{
    private const int JudgedScore = 5;

    [BrowserTheory]
    [InlineData(1400, 900, ColorScheme.Light)]
    [InlineData(1400, 900, ColorScheme.Dark)]
    [InlineData(390, 844, ColorScheme.Light)]
    [InlineData(390, 844, ColorScheme.Dark)]
    public async Task The_first_screen_says_what_leads_and_by_how_much(int width, int height, ColorScheme scheme)
    {
        await using var window = await browser.OpenAsync(width, height, scheme, browser.OverviewAddress);
        var page = window.Page;
        var leaders = page.Locator("#leaders li");
        (await leaders.CountAsync()).ShouldBe(6);
        foreach (var leader in await page.Locator("#leaders article").First.Locator("li").AllAsync())
        {
            var box = (await leader.BoundingBoxAsync()).ShouldNotBeNull();
            (box.X >= 0 && box.X + box.Width <= width && box.Y + box.Height <= height).ShouldBeTrue(await leader.InnerTextAsync());
            (await leader.InnerTextAsync()).ShouldContain("0.00 → 1.90 ± 0.34, random 0.05");
        }
        (await leaders.First.Locator(".pill").TextContentAsync()).ShouldBe("best");
        (await PageTests.FaintAsync(page)).ShouldBeEmpty();
        window.Complaints.ShouldBeEmpty();
        window.Requests.ShouldBe([browser.OverviewAddress]);
    }

    [BrowserTheory]
    [InlineData(1400)]
    [InlineData(390)]
    public async Task Every_number_of_a_run_is_in_sight_and_nothing_scrolls_sideways(int width)
    {
        await using var window = await browser.OpenAsync(width, 844, address: browser.OverviewAddress);
        var page = window.Page;
        foreach (var box in await page.Locator("#runs input[type=checkbox]").AllAsync())
            await box.CheckAsync();
        foreach (var cell in await page.Locator("#table tbody tr").First.Locator("td.n:not(.none), .pill").AllAsync())
        {
            var box = (await cell.BoundingBoxAsync()).ShouldNotBeNull(await cell.InnerTextAsync());
            (box.X >= 0 && box.X + box.Width <= width).ShouldBeTrue($"{await cell.InnerTextAsync()}: {box.X} + {box.Width}");
        }
        (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).ShouldBe(width);
        (await page.EvaluateAsync<string[]>($"() => [...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, .sr, svg') "
            + $"&& !e.classList.contains('sr') && e.getBoundingClientRect().right > {width + 1}).map(e => e.outerHTML.slice(0, 80))")).ShouldBeEmpty();
        // Words of the lines' axes do not run into each other.
        (await page.EvaluateAsync<string[]>("""
            () => {
              const boxes = [...document.querySelectorAll('.across text')].map(e => [e.textContent, e.getBoundingClientRect()]);
              const meet = (x, y) => x.left < y.right && y.left < x.right && x.top < y.bottom - 1 && y.top < x.bottom - 1;
              return boxes.flatMap(([a, x], i) => boxes.slice(i + 1).filter(([, y]) => meet(x, y)).map(([b]) => a + ' and ' + b));
            }
            """)).ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task A_heading_sorts_by_click_and_by_keyboard()
    {
        await using var window = await browser.OpenAsync(1400, 900, address: browser.OverviewAddress);
        var page = window.Page;
        var heading = page.Locator("#table thead th").Nth(JudgedScore);
        (await page.Locator("[aria-sort]").CountAsync()).ShouldBe(0, "the order in which the experiments were named");
        await heading.GetByRole(AriaRole.Button, new() { Name = "Judged score" }).ClickAsync();
        (await heading.GetAttributeAsync("aria-sort")).ShouldBe("descending", "of numbers the highest are looked for");
        (await Scores()).ShouldBe((await Scores()).OrderDescending());
        await page.Keyboard.PressAsync("Enter");
        (await heading.GetAttributeAsync("aria-sort")).ShouldBe("ascending");
        (await Scores()).ShouldBe((await Scores()).Order());
        (await Scores()).Length.ShouldBe(SampleOverview.Runs);

        await page.Keyboard.PressAsync("Shift+Tab");
        await page.Keyboard.PressAsync("Space");
        (await page.Locator("[aria-sort]").AllInnerTextsAsync()).ShouldHaveSingleItem().ShouldStartWith("Settings");
        // What a run lacks comes last, whichever way.
        var auprc = page.GetByRole(AriaRole.Button, new() { Name = "AUPRC" });
        foreach (var _ in "ab")
        {
            await auprc.ClickAsync();
            (await page.Locator("#table tbody tr").Last.InnerTextAsync()).ShouldContain("–");
        }
        window.Complaints.ShouldBeEmpty();

        async Task<double[]> Scores() => [.. (await page.Locator($"#table tbody tr td:nth-child({JudgedScore + 1})").EvaluateAllAsync<string[]>(
            "cells => cells.map(cell => cell.dataset.value)")).Select(text => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture))];
    }

    [BrowserFact]
    public async Task Runs_are_searched_and_ticked_ones_stand_side_by_side_with_what_differs_in_bold()
    {
        await using var window = await browser.OpenAsync(1400, 900, address: browser.OverviewAddress);
        var page = window.Page;
        await page.GetByRole(AriaRole.Searchbox, new() { Name = "Search runs" }).FillAsync("residual_diff PREACH");
        (await page.Locator("#table tbody tr:visible").CountAsync()).ShouldBe(3);
        (await page.Locator("#shown").TextContentAsync()).ShouldBe($"3 of {SampleOverview.Runs} runs");
        (await page.Locator(".across .run").CountAsync()).ShouldBe(3);

        var ticks = page.Locator("#table tbody tr:visible input");
        await ticks.First.FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await ticks.Nth(1).CheckAsync();
        (await page.Locator(".across .run.ticked").CountAsync()).ShouldBe(2);
        var side = page.Locator("#of-side");
        (await side.Locator("thead th").AllInnerTextsAsync()).ShouldBe(
            ["", "experiments/quickstart: pool → preachiness, residual_diff × residual_diff",
                "experiments/quickstart (large): pool → preachiness, residual_diff × residual_diff"]);
        (await side.Locator("tr", new() { HasText = "judged_mean" }).First.GetAttributeAsync("class")).ShouldBe("differs");
        (await side.Locator("tr", new() { HasText = "top_k" }).First.GetAttributeAsync("class")).ShouldBeNull();
        await ticks.First.UncheckAsync();
        (await side.InnerTextAsync()).ShouldContain("Tick two or more runs above.");
        window.Complaints.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task Each_experiment_leads_to_its_report_and_names_are_texts()
    {
        await using var window = await browser.OpenAsync(address: browser.OverviewAddress);
        var page = window.Page;
        (await page.Locator("#leaders h3 a").EvaluateAllAsync<string[]>("links => links.map(link => link.getAttribute('href'))"))
            .ShouldBe(["quickstart/out/report.html", "other%20one/out/report.html"], "the variant has none");
        (await page.Locator("#leaders h3").AllTextContentsAsync()).ShouldContain("experiments/<b>other");
        (await page.Locator("#table tbody tr").First.GetByRole(AriaRole.Link).GetAttributeAsync("href")).ShouldBe("quickstart/out/report.html");
        // Everything has a name, and what scrolls can be reached.
        (await page.Locator("table:not(:has(> caption)), svg:not([aria-hidden]):not([aria-label]), .scroll:not([tabindex]), .list:not([tabindex])")
            .CountAsync()).ShouldBe(0);
    }
}
