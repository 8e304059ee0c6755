using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.TestKit;

/// <summary>What a chat answers.</summary>
internal static class ChatChecks
{
    private const int ConcurrentCalls = 50;

    // Two, three and four bytes a character, a character of several code points, a right-to-left word, and what JSON escapes.
    private const string Unicode = "Grüße, Żółć: 你好 🌍 👩‍👩‍👧 שלום \"quoted\" \\ back\tslash";

    public static IReadOnlyList<ConformanceCheck<ProviderBench>> All { get; } =
    [
        new("chat.whole", WholeAsync),
        new("chat.stream", StreamAsync),
        new("chat.finish", FinishAsync),
        new("chat.usage", UsageAsync),
        new("chat.tools", ToolsAsync),
        new("chat.unicode", UnicodeAsync),
        new("chat.concurrent", ConcurrentAsync),
    ];

    private static async Task WholeAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        var expected = bench.Script is null ? null : "Hello from here.";
        if (expected is not null)
        {
            bench.Upstream(new UpstreamTurn.Text("Hello ", "from ", "here."));
        }

        var response = await bench.AskAsync("Say hello, please.", cancellationToken).ConfigureAwait(false);
        Expect.That(response.Text.Length > 0, "A whole answer has no text.");
        Expect.That(expected is null || response.Text == expected, $"A whole answer says '{response.Text}' where the upstream said '{expected}'.");
        Expect.That(response.Messages.All(message => message.Role == ChatRole.Assistant), "A whole answer has a message whose role is not 'assistant'.");
        bench.Capabilities.Add("chat");
    }

    private static async Task StreamAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        string[] pieces = ["One ", "two ", "three ", "four."];
        if (bench.Script is not null)
        {
            bench.Upstream(new UpstreamTurn.Text(pieces));
        }

        var whole = (await bench.AskAsync("Count to four.", cancellationToken).ConfigureAwait(false)).Text;
        var updates = await bench.StreamAsync("Count to four.", cancellationToken).ConfigureAwait(false);
        var streamed = string.Concat(updates.Select(update => update.Text));
        Expect.That(streamed == whole, $"The stream says '{streamed}' where the whole answer says '{whole}'; the pieces of a stream, put together, are the answer, white space included.");
        var withText = updates.Count(update => update.Text.Length > 0);
        Expect.That(bench.Script is null || withText > 1, "The stream comes in one piece although the upstream sent several; pass each on as it arrives.");
    }

    private static async Task FinishAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        if (bench.Script is not null)
        {
            bench.Upstream(new UpstreamTurn.Text("Done."));
        }

        var response = await bench.AskAsync("Say done.", cancellationToken).ConfigureAwait(false);
        Expect.That(response.FinishReason is not null, "A whole answer has no FinishReason; an answer that ended by itself has ChatFinishReason.Stop.");
        var updates = await bench.StreamAsync("Say done.", cancellationToken).ConfigureAwait(false);
        var reasons = updates.Count(update => update.FinishReason is not null);
        Expect.That(reasons > 0, "The stream ends without a FinishReason; the host cannot tell it from one that was cut. Give it on the last update.");
        var afterEnd = updates.SkipWhile(update => update.FinishReason is null).Skip(1).Any(update => update.Text.Length > 0);
        Expect.That(!afterEnd, "Text follows the update that has the FinishReason; give the reason on the last one.");
    }

    private static async Task UsageAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        if (bench.Script is not null)
        {
            bench.Upstream(new UpstreamTurn.Text("Counted."));
        }

        var whole = (await bench.AskAsync("How many tokens is this?", cancellationToken).ConfigureAwait(false)).Usage;
        RequireSane(whole, "A whole answer");
        var updates = await bench.StreamAsync("How many tokens is this?", cancellationToken).ConfigureAwait(false);
        var stated = updates.SelectMany(update => update.Contents.OfType<UsageContent>()).Select(content => content.Details).ToList();
        foreach (var usage in stated)
        {
            RequireSane(usage, "A stream");
        }

        if (whole is null && stated.Count == 0)
        {
            throw new NotOfferedException("It states no usage; the host estimates it.");
        }
    }

    private static void RequireSane(UsageDetails? usage, string where)
    {
        long?[] counters = [usage?.InputTokenCount, usage?.OutputTokenCount, usage?.TotalTokenCount, usage?.CachedInputTokenCount, usage?.ReasoningTokenCount];
        Expect.That(counters.All(count => count is null or >= 0), $"{where} states a negative number of tokens; a counter that is not known is null.");
        Expect.That(usage?.CachedInputTokenCount is not { } cached || usage.InputTokenCount is not { } input || cached <= input, $"{where} states more cached input tokens than input tokens; cached ones are counted among the input.");
    }

    private static async Task ToolsAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        var upstream = bench.Upstream(new UpstreamTurn.ToolCall("get_weather", """{"city":"Kraków","days":2}"""));
        var schema = JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city"]}""");
        var options = new ChatOptions { Tools = [AIFunctionFactory.CreateDeclaration("get_weather", "Tells the weather of a city.", schema)] };
        const string question = "What is the weather in Kraków?";

        var whole = await bench.AskAsync(question, cancellationToken, options).ConfigureAwait(false);
        var call = RequireCall(whole, "A whole answer");
        var streamed = RequireCall((await bench.StreamAsync(question, cancellationToken, options).ConfigureAwait(false)).ToChatResponse(), "A stream");
        Expect.That(streamed.Name == call.Name, $"The stream calls the tool '{streamed.Name}' where the whole answer calls '{call.Name}'.");

        upstream = bench.Upstream(new UpstreamTurn.Text("It is sunny."));
        var before = upstream.Requests.Count;
        var client = await bench.ChatAsync(cancellationToken).ConfigureAwait(false);
        ChatMessage[] conversation =
        [
            new(ChatRole.User, question),
            new(ChatRole.Assistant, [new FunctionCallContent(call.CallId, call.Name, call.Arguments)]),
            new(ChatRole.Tool, [new FunctionResultContent(call.CallId, "sunny-4711")]),
        ];
        var answer = await client.GetResponseAsync(conversation, options, cancellationToken).ConfigureAwait(false);
        Expect.That(answer.Text == "It is sunny.", $"After a tool's result the answer says '{answer.Text}' where the upstream said 'It is sunny.'");
        var sent = upstream.Requests.Skip(before).LastOrDefault()?.BodyText ?? "";
        Expect.That(sent.Contains("sunny-4711", StringComparison.Ordinal), "The result of a tool does not reach the upstream; a FunctionResultContent goes out in the wire's own shape.");
        Expect.That(sent.Contains("get_weather", StringComparison.Ordinal), "The call that a tool's result belongs to does not reach the upstream; a FunctionCallContent of an earlier turn goes out again.");
        bench.Capabilities.Add("tools");
    }

    private static FunctionCallContent RequireCall(ChatResponse response, string where)
    {
        var calls = response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().ToList();
        Expect.That(calls.Count == 1, $"{where} holds {calls.Count} tool calls where the upstream made one; give it as one FunctionCallContent, its arguments put together.");
        var call = calls[0];
        Expect.That(call.Name == "get_weather", $"{where} calls the tool '{call.Name}' where the upstream said 'get_weather'.");
        Expect.That(!string.IsNullOrEmpty(call.CallId), $"{where} has a tool call without an id; make one up where the upstream gives none.");
        var city = call.Arguments?.TryGetValue("city", out var value) == true ? value?.ToString() : null;
        Expect.That(city == "Kraków", $"{where} calls the tool with the city '{city}' where the upstream said 'Kraków'.");
        return call;
    }

    private static async Task UnicodeAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        if (bench.Script is null)
        {
            await bench.AskAsync(Unicode, cancellationToken).ConfigureAwait(false);
            var spoken = string.Concat((await bench.StreamAsync(Unicode, cancellationToken).ConfigureAwait(false)).Select(update => update.Text));
            Expect.That(!spoken.Contains('\uFFFD', StringComparison.Ordinal), "A stream holds U+FFFD: characters were cut in two.");
            return;
        }

        bench.Upstream(new UpstreamTurn.Text(Unicode) { IsByteByByte = true });
        var whole = (await bench.AskAsync("hello", cancellationToken).ConfigureAwait(false)).Text;
        Expect.That(whole == Unicode, $"A whole answer that arrives byte by byte says '{whole}' where the upstream said '{Unicode}'.");
        var streamed = string.Concat((await bench.StreamAsync("hello", cancellationToken).ConfigureAwait(false)).Select(update => update.Text));
        Expect.That(streamed == Unicode, $"A stream that arrives byte by byte says '{streamed}' where the upstream said '{Unicode}'; decode UTF-8 across reads, and lines across buffers.");
    }

    private static async Task ConcurrentAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        if (bench.Script is not null)
        {
            bench.Upstream(new UpstreamTurn.Echo());
        }

        var client = await bench.ChatAsync(cancellationToken).ConfigureAwait(false);
        if (bench.Script is null && !(await bench.AskAsync("call number 0 of many", cancellationToken).ConfigureAwait(false)).Text.Contains("number 0 ", StringComparison.Ordinal))
        {
            // Nothing tells one answer from another: that none fails is all that can be seen.
            await Task.WhenAll(Enumerable.Range(0, ConcurrentCalls).Select(number => bench.AskAsync($"call number {number} of many", cancellationToken))).ConfigureAwait(false);
            return;
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, ConcurrentCalls).Select(async number =>
        {
            var text = $"call number {number} of many";
            ChatMessage[] messages = [new(ChatRole.User, text)];
            var answer = number % 2 == 0
                ? (await client.GetResponseAsync(messages, null, cancellationToken).ConfigureAwait(false)).Text
                : (await client.GetStreamingResponseAsync(messages, null, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false)).Text;
            return (Text: text, Answer: answer);
        })).ConfigureAwait(false);
        var mixed = answers.FirstOrDefault(pair => !pair.Answer.Contains(pair.Text, StringComparison.Ordinal));
        Expect.That(mixed == default, $"Of {ConcurrentCalls} calls at once, the one that said '{mixed.Text}' was answered '{mixed.Answer}': calls share state. A client is called from many threads; keep what belongs to a call in that call.");
    }
}
