using Microsoft.Playwright;

namespace Attribution.Reporting.Tests.Browser;

/// <summary>The report as a reader meets it.</summary>
public sealed class PageTests(Chromium browser) : IClassFixture<Chromium>
{
    [BrowserFact]
    public async Task It_loads_without_a_complaint_and_asks_for_nothing()
    {
        await using var window = await browser.OpenAsync();
        var page = window.Page;
        (await page.TitleAsync()).ShouldBe("sample <b>: attribution report");
        await page.Locator("#run-rows").WaitForAsync();
        foreach (var run in await page.Locator("#run option").AllAsync())
            await page.Locator("#run").SelectOptionAsync(await run.GetAttributeAsync("value") ?? "");
        window.Complaints.ShouldBeEmpty();
        window.Requests.ShouldBe([browser.Address]);
    }

    [BrowserFact]
    public async Task Texts_of_datasets_and_models_are_shown_and_do_nothing()
    {
        await using var window = await browser.OpenAsync();
        var page = window.Page;
        await page.Locator("#run-rows .text-button").First.ClickAsync();
        (await page.Locator("#run-rows .message.assistant").First.TextContentAsync())!.ShouldContain("</script><script>window.pwned = "
            + "1</script><img src=x onerror=");
        (await page.Locator("#run-rows .message.assistant").First.TextContentAsync())!.ShouldContain("[U+202E]gnorts[U+202C]");
        (await page.Locator("#run-answers .prompt").First.TextContentAsync())!.ShouldContain("<!-- ' \" &");
        (await page.EvaluateAsync<bool>("'pwned' in window")).ShouldBeFalse();
        (await page.Locator("img, iframe, object, embed, link").CountAsync()).ShouldBe(0);
        // Were a script to get in after all, the page's own policy would stop it.
        await page.EvaluateAsync("() => { const s = document.createElement('script'); s.textContent = 'window.pwned = 4'; document.body.append(s); }");
        (await page.EvaluateAsync<bool>("'pwned' in window")).ShouldBeFalse();
        window.Complaints.ShouldHaveSingleItem().ShouldContain("Content Security Policy");
    }

    [BrowserFact]
    public async Task Rows_are_searched_filtered_and_unfolded()
    {
        await using var window = await browser.OpenAsync();
        var page = window.Page;
        var rows = page.Locator("#run-rows tbody tr");
        (await rows.CountAsync()).ShouldBe(SampleReport.Rows / 2);
        await page.GetByLabel("Search these rows").FillAsync("NUMBER 14");
        (await rows.CountAsync()).ShouldBe(1);
        (await page.Locator("#run-rows output").TextContentAsync()).ShouldBe($"1 of {SampleReport.Rows / 2} rows");
        (await page.Locator("#run-rows mark").First.TextContentAsync()).ShouldBe("number 14");
        await page.Locator("#run-rows .text-button").ClickAsync();
        (await page.Locator("#run-rows .message").First.TextContentAsync())!.ShouldContain("Question number 14?");

        await page.GetByLabel("Search these rows").FillAsync("");
        await page.GetByLabel("planted only").CheckAsync();
        (await page.Locator("#run-rows .chip").AllTextContentsAsync()).ShouldAllBe(t => t == "sycophancy");
        await page.GetByLabel("planted only").UncheckAsync();
        await page.Locator("#run-rows label", new() { HasText = "Bottom" }).ClickAsync();
        (await rows.First.Locator("td").First.TextContentAsync()).ShouldBe($"{SampleReport.Rows}");

        await page.GetByLabel("score changed").CheckAsync();
        (await page.Locator("#run-answers output").TextContentAsync()).ShouldBe("3 of 4 answers");
        window.Complaints.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task A_baseline_that_scores_rows_shows_its_scores_and_a_draw_at_random_shows_none()
    {
        await using var window = await browser.OpenAsync();
        var page = window.Page;
        await page.Locator("#run").SelectOptionAsync(new SelectOptionValue { Label = "empathy: bm25" });
        (await page.Locator("#run-rows h3").TextContentAsync()).ShouldBe("Training rows by score");
        (await page.Locator("#run-rows th").AllTextContentsAsync()).ShouldContain("Score");
        (await page.Locator("#run-rows fieldset").InnerTextAsync()).ShouldContain("Top 30");
        (await page.Locator("#run-rows td[data-label=score]").First.TextContentAsync())!.ShouldBe("0.00080");

        await page.Locator("#run").SelectOptionAsync(new SelectOptionValue { Label = "empathy: random" });
        (await page.Locator("#run-rows h3").TextContentAsync()).ShouldBe("Rows drawn at random");
        (await page.Locator("#run-rows th").AllTextContentsAsync()).ShouldNotContain("Score");
    }

    [BrowserFact]
    public async Task A_cell_of_a_heatmap_leads_to_its_run_and_a_metric_can_be_chosen()
    {
        await using var window = await browser.OpenAsync();
        var page = window.Page;
        await page.Locator("#results label", new() { HasText = "Precision@k" }).ClickAsync();
        (await page.Locator("table.heat:visible").First.Locator("caption").TextContentAsync())!.ShouldStartWith("Precision@k of sycophancy");
        await page.GetByRole(AriaRole.Region, new() { Name = "Precision@k, empathy" }).GetByRole(AriaRole.Link,
            new() { Name = "residual_change_treatment × residual_diff" }).ClickAsync();
        // The page follows its address when the browser tells it of the change.
        await Assertions.Expect(page.Locator("#run option:checked")).ToHaveTextAsync("empathy: residual_change_treatment × residual_diff");
        await page.GetByRole(AriaRole.Button, new() { Name = "Next run" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("#run-9$"));

        await using var linked = await browser.OpenAsync(address: browser.Address + "#run-9");
        await Assertions.Expect(linked.Page.Locator("#run option:checked")).ToHaveTextAsync("empathy: residual_change_treatment × residual_change_treatment");
    }

    [BrowserFact]
    public async Task A_sentence_of_an_answer_shades_the_context_that_it_owes_to()
    {
        await using var window = await browser.OpenAsync(scheme: ColorScheme.Dark, address: browser.ContextAddress);
        var page = window.Page;
        var answer = page.Locator("#context .attribution").First;
        (await ShareAsync(answer, 1)).ShouldBe("1");
        await answer.GetByRole(AriaRole.Button, new() { Name = "Mud is not." }).ClickAsync();
        (await ShareAsync(answer, 2)).ShouldBe("1");
        (await answer.Locator(".attribution-best tbody td").Nth(1).TextContentAsync()).ShouldBe("Mud is wet.");
        await page.GetByText("by leave_one_out").ClickAsync();
        (await page.Locator("#context .attribution").Last.IsVisibleAsync()).ShouldBeTrue();
        (await FaintAsync(page)).ShouldBeEmpty();
        (await page.EvaluateAsync<bool>("'pwned' in window")).ShouldBeFalse();
        window.Complaints.ShouldBeEmpty();
        window.Requests.ShouldBe([browser.ContextAddress]);

        static Task<string> ShareAsync(ILocator answer, int source) =>
            answer.Locator($".source[data-source='{source}']").EvaluateAsync<string>("e => e.style.getPropertyValue('--share')");
    }

    [BrowserFact]
    public async Task Both_themes_can_be_read_and_the_choice_is_kept()
    {
        await using var window = await browser.OpenAsync(scheme: ColorScheme.Dark);
        var page = window.Page;
        (await BackgroundAsync(page)).ShouldBeLessThan(0.1, "as the system has it");
        (await FaintAsync(page)).ShouldBeEmpty();
        await page.GetByRole(AriaRole.Button, new() { Name = "Theme" }).ClickAsync();
        (await BackgroundAsync(page)).ShouldBeGreaterThan(0.8);
        (await FaintAsync(page)).ShouldBeEmpty();
        await page.ReloadAsync();
        (await BackgroundAsync(page)).ShouldBeGreaterThan(0.8);
        await page.GetByRole(AriaRole.Button, new() { Name = "Theme" }).ClickAsync();
        (await BackgroundAsync(page)).ShouldBeLessThan(0.1);
    }

    [BrowserFact]
    public async Task Everything_can_be_done_with_the_keyboard()
    {
        await using var window = await browser.OpenAsync();
        var page = window.Page;
        await page.Keyboard.PressAsync("Tab");
        (await FocusedAsync(page)).ShouldBe("Skip to the results");
        await page.Keyboard.PressAsync("Tab");
        (await FocusedAsync(page)).ShouldBe("snapshot equal");
        await page.Keyboard.PressAsync("Tab");
        (await FocusedAsync(page)).ShouldBe("Results");
        await page.Locator("input[name=metric]").First.FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        (await page.Locator("#results").GetAttributeAsync("data-shown")).ShouldBe("precision");
        await page.Locator("#run-rows .text-button").First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        (await page.Locator("#run-rows .message").First.IsVisibleAsync()).ShouldBeTrue();
        await page.Keyboard.PressAsync("Space");
        (await page.Locator("#run-rows .message").First.IsVisibleAsync()).ShouldBeFalse();
        await page.Locator("#agreement summary").Last.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        (await page.GetByRole(AriaRole.Region, new() { Name = "Rank correlation, empathy" }).IsVisibleAsync()).ShouldBeTrue();
        // A region that scrolls sideways or down can be reached to be scrolled.
        (await page.Locator(".scroll:not([tabindex]), .list:not([tabindex])").CountAsync()).ShouldBe(0);
    }

    [BrowserFact]
    public async Task Charts_have_words_and_tables_have_names()
    {
        await using var window = await browser.OpenAsync();
        var page = window.Page;
        (await page.Locator("svg:not([aria-hidden]):not([aria-label])").CountAsync()).ShouldBe(0);
        (await page.Locator("table:not(:has(> caption))").CountAsync()).ShouldBe(0);
        (await page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, "
            + "all) => all.indexOf(id) !== i)")).ShouldBeEmpty();
        (await page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('button, input, select, a')].filter(e => !(e.textContent.trim() || "
            + "e.getAttribute('aria-label') || e.labels && e.labels.length)).map(e => e.outerHTML)")).ShouldBeEmpty();
        await page.Locator("#of-run figure summary").First.ClickAsync();
        (await page.Locator("#of-run figure table").First.Locator("tbody tr").CountAsync()).ShouldBe(40);
        (await page.Locator("#of-run figure svg").First.GetAttributeAsync("aria-label"))!.ShouldContain("10 chosen rows");
    }

    [BrowserFact]
    public async Task Scores_have_as_many_digits_as_tell_those_of_their_run_apart()
    {
        await using var window = await browser.OpenAsync();
        var page = window.Page;
        await page.Locator("#run").SelectOptionAsync(new SelectOptionValue { Label = "empathy: bm25" });
        var histogram = page.Locator("#of-run figure").First;
        (await histogram.Locator(".cut-label").TextContentAsync()).ShouldBe("k = 10, from 0.00061");
        (await histogram.Locator("svg").GetAttributeAsync("aria-label")).ShouldBe(
            "Histogram of attribution scores from −0.00080 to 0.00080; the 10 chosen rows have 0.00061 or more.");
        var edges = await histogram.Locator("tbody td:first-child").AllTextContentsAsync();
        edges.Distinct().Count().ShouldBe(40);
        edges[20].ShouldBe("0.00000");
        (await page.Locator("#run-rows td[data-label=score]").AllTextContentsAsync()).Distinct().Count().ShouldBe(SampleReport.Rows / 2);

        (await page.EvaluateAsync<string[]>("() => [-2.5e-9, 0, 4.111e-8].map(page.among(-1e-8, 5e-8))")).ShouldBe(["−2.5e−9", "0", "4.11e−8"]);
        (await page.EvaluateAsync<string[]>("() => [1234567, 20].map(page.among(0, 2e6))")).ShouldBe(["1.23e6", "20.000"]);
        (await TicksAsync("0, 5e-8")).ShouldBe(["0", "1e−8", "2e−8", "3e−8", "4e−8", "5e−8"]);
        (await TicksAsync("0, 4e6")).ShouldBe(["0", "1e6", "2e6", "3e6", "4e6"]);
        (await TicksAsync("-0.0008, 0.0008")).ShouldBe(["−0.0005", "0.0000", "0.0005"]);

        Task<string[]> TicksAsync(string range) =>
            page.EvaluateAsync<string[]>($"() => {{ const axis = charts.numbers({range}, ''); return axis.ticks.map(t => axis.label(t, axis.ticks)); }}");
    }

    [BrowserFact]
    public async Task A_long_training_is_drawn_and_listed_up_to_its_last_step()
    {
        await using var window = await browser.OpenAsync();
        var page = window.Page;
        await page.Locator("#run").SelectOptionAsync(new SelectOptionValue { Label = "empathy: bm25" });
        var tile = page.Locator("#of-run .tiles .card", new() { HasText = "Training loss" });
        (await tile.Locator(".big").TextContentAsync()).ShouldBe("2.00 → 1.00");
        (await tile.Locator(".note").TextContentAsync()).ShouldBe("first and last of 1,000 steps");
        var figure = page.Locator("#of-run figure").Last;
        (await figure.Locator("svg").GetAttributeAsync("aria-label")).ShouldBe("Training loss by step, from 1.999 to 1.000.");
        (await figure.Locator("tbody tr").Last.Locator("td").AllTextContentsAsync()).ShouldBe(["1,000", "1.0000"]);
        (await figure.Locator("tbody tr").Nth(166).Locator("td").First.TextContentAsync()).ShouldBe("997");
        (await figure.Locator("path.loss").GetAttributeAsync("d"))!.ShouldMatch(@"L510 \d+(\.\d+)?$", "the last step is at the right edge");
    }

    [BrowserFact]
    public async Task A_phone_shows_it_without_scrolling_sideways()
    {
        await using var window = await browser.OpenAsync(width: 360, height: 740);
        await window.Page.Locator("#agreement summary").Last.ClickAsync();
        (await window.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, .values, .sr, svg') "
            + "&& !e.classList.contains('sr') && e.getBoundingClientRect().right > 361).map(e => e.outerHTML.slice(0, 80))")).ShouldBeEmpty();
        (await window.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).ShouldBe(360);
    }

    private static Task<string> FocusedAsync(IPage page) => page.EvaluateAsync<string>("() => document.activeElement.textContent");

    // Relative luminance as WCAG 2 has it; a canvas makes any colour's notation red, green and blue.
    private const string Luminance = """
        const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
        const rgb = color => {
          canvas.clearRect(0, 0, 1, 1);
          canvas.fillStyle = color;
          canvas.fillRect(0, 0, 1, 1);
          return [...canvas.getImageData(0, 0, 1, 1).data];
        };
        const linear = c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
        const luminance = color =>
          rgb(color).slice(0, 3).map(c => linear(c / 255)).reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
        """;

    private static Task<double> BackgroundAsync(IPage page) =>
        page.EvaluateAsync<double>($"() => {{ {Luminance} return luminance(getComputedStyle(document.body).backgroundColor); }}");

    // Texts whose contrast is below the 4.5 that WCAG 2 asks for.
    internal static Task<string[]> FaintAsync(IPage page) => page.EvaluateAsync<string[]>($$"""
        () => {
          {{Luminance}}
          const behind = e => {
            for (; e; e = e.parentElement)
              if (rgb(getComputedStyle(e).backgroundColor)[3] === 255) return getComputedStyle(e).backgroundColor;
            return 'white';
          };
          const faint = [];
          for (const e of document.querySelectorAll('main *, header *'))
            if (e.checkVisibility() && !e.closest('svg, .sr') && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) {
              const [a, b] = [luminance(getComputedStyle(e).color), luminance(behind(e))];
              const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
              if (contrast < 4.5) faint.push(`${contrast.toFixed(2)} ${e.tagName} ${e.className} ${e.textContent.slice(0, 40)}`);
            }
          return faint;
        }
        """);
}
