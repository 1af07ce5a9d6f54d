using Attribution.Diagnostics;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary>Finds the last assistant turn in a rendered conversation, for any template and without knowing its markers.</summary>
/// <remarks>
/// <para>The turn is what the template's loop over the messages writes in its pass for that message. The interpreter records this, so neither the content nor
/// the text of other turns matters. A template that writes its messages in another way is rendered with other conversations, and the turn is where the results
/// differ.</para>
/// <para>If the turn begins with the generation prompt, that is the header: the part that the model is given and does not write. A reasoning block that the
/// template inserts after it therefore belongs to the answer. If the template has no such generation prompt, the header is everything that the template writes
/// before the content, unless that is only white space. To find out what it writes before the content, a marker is rendered in the content's place.</para>
/// </remarks>
internal sealed class AssistantTurnFinder(ChatTemplate template, IReadOnlyDictionary<string, object?>? variables, DateTime now)
{
    private static readonly ChatMessage Opening = new("user", "Hello");

    /// <exception cref="AttributionException">The template fails, there is no assistant turn, or the turn cannot be found.</exception>
    public RenderedConversation Find(IReadOnlyList<ChatMessage> messages, LossTurns turns)
    {
        int[] assistants = [.. messages.Index().Where(message => message.Item.Role == "assistant").Select(message => message.Index)];
        if (assistants.Length == 0)
            throw new AttributionException(ErrorCodes.NoAssistantTurn,
                "The conversation has no assistant turn, so there is nothing to attribute. Give it one, or leave it out.");
        int[] counted = [.. assistants.Where(i => messages[i].Counts)];
        var last = counted.Length > 0 ? counted[^1] : assistants[^1];

        var rendered = template.Trace(messages, addGenerationPrompt: false, variables, now);
        var (turn, isEmpty) = Turn(messages, rendered, last);
        var spans = counted[^Math.Min(1, counted.Length)..].ToDictionary(i => i, _ => turn);
        if (turns == LossTurns.AllTurns)
        {
            // An empty turn is left out, for its end marker is no answer, unless there are no other turns.
            var found = counted.Select(i => (Message: i, Turn: i == last ? (Span: turn, IsEmpty: isEmpty) : Turn(messages, rendered, i))).ToArray();
            if (found.Any(t => !t.Turn.IsEmpty))
                (found, isEmpty) = ([.. found.Where(t => !t.Turn.IsEmpty)], false);
            spans = found.ToDictionary(t => t.Message, t => t.Turn.Span);
        }
        if (!template.MarksGeneration || rendered.Generated is not { } generated)
            return new RenderedConversation(rendered.Text, turn) { Kept = [.. spans.Values], AnswerIsEmpty = isEmpty };
        return new RenderedConversation(rendered.Text, turn)
        {
            Kept = [.. generated.Where(span => span.Message >= 0
                ? spans.ContainsKey(span.Message) : spans.Values.Any(turn => span.Start < turn.End && turn.Start < span.End))
                .Where(span => span.End > span.Start).Select(span => new TextSpan(span.Start, span.End))],
            AnswerIsEmpty = isEmpty,
        };
    }

    /// <summary>The position of a turn, and whether the template wrote the same for it as for an empty one.</summary>
    private (TextSpan Span, bool IsEmpty) Turn(IReadOnlyList<ChatMessage> messages, RenderedTemplate rendered, int message)
    {
        var marked = Marked.Render(this, messages, message);
        var turn = TurnOf(rendered, message) is { } span && (marked is null || marked.IsIn(TurnOf(marked.Rendered, message)))
            ? FromPass(messages, rendered, span, marked, message)
            : FromComparison(messages, rendered.Text, marked, message);
        return (turn, IsEmpty(messages, rendered, marked, message));
    }

    private bool IsEmpty(IReadOnlyList<ChatMessage> messages, RenderedTemplate rendered, Marked? marked, int message)
    {
        // If the marker alone accounts for all of the difference from an empty turn, no further rendering is needed; this is so for most turns.
        if (messages[message].Fields is null && marked is { First: >= 0 } && rendered.Text.Length != marked.Rendered.Text.Length - (marked.End - marked.First))
            return false;
        var bare = messages.ToArray();
        bare[message] = new ChatMessage(messages[message].Role, "");
        return TryRender(bare, addGenerationPrompt: false)?.Text == rendered.Text;
    }

    /// <summary>The text that the template's loop wrote for a message: its last pass that wrote more than white space.</summary>
    private static TurnSpan? TurnOf(RenderedTemplate rendered, int message)
    {
        for (var i = rendered.Turns.Count - 1; i >= 0; i--)
            if (rendered.Turns[i] is var turn && turn.Message == message && !PythonText.IsBlank(rendered.Text.AsSpan(turn.Start..turn.End)))
                return turn;
        return null;
    }

    private TextSpan FromPass(IReadOnlyList<ChatMessage> messages, RenderedTemplate rendered, TurnSpan pass, Marked? marked, int last)
    {
        var turn = rendered.Text[pass.Start..pass.End];
        var prompt = GenerationPrompt(messages, last);
        var end = pass.End;
        int header;
        if (marked is { First: >= 0 } && TurnOf(marked.Rendered, last) is { } markedPass)
        {
            var before = marked.Rendered.Text[markedPass.Start..marked.First];
            header = Common(before.AsSpan(0, HeaderLength(before, prompt)), turn);
            // A turn that nothing closes in its own pass is closed by the end of the conversation.
            if (marked.End == markedPass.End && last == messages.Count - 1)
                end = rendered.Text.Length;
        }
        else
            header = Common(prompt, turn);
        return new TextSpan(pass.Start + header, end);
    }

    private TextSpan FromComparison(IReadOnlyList<ChatMessage> messages, string text, Marked? marked, int last)
    {
        if (marked is not { First: >= 0 })
            throw NotFound();
        var (before, after) = (marked.Rendered.Text[..marked.First], marked.Rendered.Text[marked.End..]);

        var earlier = messages.Take(last).ToList();
        var start = Common(TryRender(earlier, addGenerationPrompt: false)?.Text ?? "", before);
        var prompted = TryRender(earlier, addGenerationPrompt: true)?.Text ?? "";
        var headerEnd = prompted.Length > start && before.StartsWith(prompted, StringComparison.Ordinal) ? prompted.Length
            : start + HeaderLength(before[start..], "");

        // With and without the later messages, the text after the content is the same until the end of the turn.
        var alone = Marked.Render(this, [.. messages.Take(last + 1)], last);
        var rest = after[(alone is { First: >= 0 } ? Common(alone.Rendered.Text.AsSpan(alone.End), after) : after.Length)..];
        headerEnd = Common(marked.Rendered.Text.AsSpan(0, headerEnd), text);
        if (!text.EndsWith(rest, StringComparison.Ordinal) || text.Length - rest.Length < headerEnd)
            throw NotFound();
        return new TextSpan(headerEnd, text.Length - rest.Length);
    }

    /// <summary>The length of the header in what the template writes before a turn's content.</summary>
    private static int HeaderLength(string before, string prompt)
    {
        var margin = PythonText.TrimStart(before);
        var core = prompt.AsSpan(PythonText.TrimStart(prompt));
        if (core.Length > 0 && before.AsSpan(margin).StartsWith(core))
            return margin + core.Length;
        return margin == before.Length ? 0 : before.Length;
    }

    /// <summary>The text that the template adds after the messages before the turn when it asks for an answer; empty if it adds nothing.</summary>
    private string GenerationPrompt(IReadOnlyList<ChatMessage> messages, int last)
    {
        List<ChatMessage> earlier = [.. messages.Take(last)];
        if (TryRender(earlier, addGenerationPrompt: true) is not { } prompted)
        {
            earlier = [Opening];
            if (TryRender(earlier, addGenerationPrompt: true) is not { } opened)
                return "";
            prompted = opened;
        }
        if (TryRender(earlier, addGenerationPrompt: false) is not { } closed)
            return "";
        if (prompted.Text.StartsWith(closed.Text, StringComparison.Ordinal))
            return prompted.Text[closed.Text.Length..];
        // If no answer is asked for, the template closes the conversation; the prompt takes the place of that closing.
        return prompted.Text[prompted.Turns.Select(turn => turn.End).DefaultIfEmpty(Common(prompted.Text, closed.Text)).Max()..];
    }

    /// <summary>Renders a conversation that was made up for comparison; null if the template rejects it.</summary>
    private RenderedTemplate? TryRender(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        try
        {
            return template.Trace(messages, addGenerationPrompt, variables, now);
        }
        catch (AttributionException)
        {
            return null;
        }
    }

    private static int Common(ReadOnlySpan<char> left, ReadOnlySpan<char> right) => left.CommonPrefixLength(right);

    private AttributionException NotFound() => new(ErrorCodes.AssistantTurnNotFound,
        "The last assistant turn cannot be found in what the chat template renders: the template neither loops over its messages nor "
            + "writes the turn's content.")
    { File = template.File };

    /// <summary>The conversation with a marker in the place of the last assistant turn's content.</summary>
    /// <param name="Rendered">The rendered result.</param>
    /// <param name="First">The position of the marker's first occurrence; -1 if there is none.</param>
    /// <param name="End">The position after the marker's last occurrence.</param>
    private sealed record Marked(RenderedTemplate Rendered, int First, int End)
    {
        public bool IsIn(TurnSpan? turn) => First < 0 || (turn is { } span && First >= span.Start && End <= span.End);

        /// <summary>Null if a marker would show nothing: the turn has more than its content, or the template rejects it.</summary>
        public static Marked? Render(AssistantTurnFinder finder, IReadOnlyList<ChatMessage> messages, int last)
        {
            if (messages[last].Fields is { } fields && (fields.ContainsKey("tool_calls") || fields.ContainsKey("content")))
                return null;
            // Plain letters, which no template strips, splits at or searches for.
            var marker = "ANSWERxMARKER";
            while (messages.Any(message => message.Content.Contains(marker, StringComparison.Ordinal)))
                marker += "x";
            var marked = messages.ToArray();
            marked[last] = marked[last] with { Content = marker };
            if (finder.TryRender(marked, addGenerationPrompt: false) is not { } rendered)
                return null;
            return new Marked(rendered,
                rendered.Text.IndexOf(marker, StringComparison.Ordinal), rendered.Text.LastIndexOf(marker, StringComparison.Ordinal) + marker.Length);
        }
    }
}
