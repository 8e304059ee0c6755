using System.Globalization;

namespace Conductor.TestKit;

/// <summary>What Azure OpenAI sends where OpenAI sends something else: replies for a <see cref="FakeUpstream"/>.</summary>
public static class FakeAzure
{
    private const string Safe = """{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}}""";

    /// <summary>The stream's first chunk: what the filter thinks of the prompt, and no choices.</summary>
    public const string FirstChunk = """{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":""" + Safe + "}]}";

    /// <summary>A chunk of a filter that runs beside the model: offsets, and no delta.</summary>
    public const string AsyncFilterChunk =
        """{"choices":[{"content_filter_offsets":{"check_offset":44,"start_offset":44,"end_offset":198},"content_filter_results":""" + Safe + ""","finish_reason":null,"index":0}],"created":0,"id":"","model":"","object":""}""";

    /// <summary>A whole answer with what the filter thinks of it.</summary>
    public static FakeReply Text(string text) => FakeReply.Json(
        $$$"""{"id":"chatcmpl-az","object":"chat.completion","created":1,"model":"gpt-4o-2024-11-20","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{{{Safe}}}}],"choices":[{"index":0,"content_filter_results":{{{Safe}}},"message":{"role":"assistant","content":{{{FakeStream.Quote(text)}}},"refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}""");

    /// <summary>A stream as Azure sends it: the chunk without choices first, the filter's words beside each piece, and its chunks without a delta in between.</summary>
    public static FakeReply Stream(params string[] pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        var stream = new FakeStream().Event(FirstChunk).Event(Chunk("""{"role":"assistant","content":""}"""));
        foreach (var piece in pieces)
        {
            stream.Event(Chunk($$"""{"content":{{FakeStream.Quote(piece)}}}""")).Event(AsyncFilterChunk);
        }

        return FakeReply.Stream(stream.Event(Chunk("{}", "\"stop\"")).Event(
            """{"choices":[],"created":1,"id":"chatcmpl-az","model":"gpt-4o","object":"chat.completion.chunk","usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}""").Done());
    }

    /// <summary>A stream that begins as Azure's do and then says nothing more.</summary>
    public static FakeReply Stall(params string[] pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        var stream = new FakeStream().Event(FirstChunk).Event(Chunk("""{"role":"assistant","content":""}"""));
        foreach (var piece in pieces)
        {
            stream.Event(Chunk($$"""{"content":{{FakeStream.Quote(piece)}}}"""));
        }

        return FakeReply.Stream(stream.Stall());
    }

    /// <summary>Calls of tools, streamed: the chunk without choices first, then each call in three pieces.</summary>
    public static FakeReply StreamedToolCalls(params FakeToolCall[] calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        var stream = new FakeStream().Event(FirstChunk).Event(Chunk("""{"role":"assistant","content":null}"""));
        for (var i = 0; i < calls.Length; i++)
        {
            var (call, half) = (calls[i], calls[i].Arguments.Length / 2);
            stream.Event(Chunk($$$"""{"tool_calls":[{"index":{{{i}}},"id":{{{FakeStream.Quote(call.Id ?? "")}}},"type":"function","function":{"name":{{{FakeStream.Quote(call.Name)}}},"arguments":""}}]}"""));
            stream.Event(Chunk($$$"""{"tool_calls":[{"index":{{{i}}},"function":{"arguments":{{{FakeStream.Quote(call.Arguments[..half])}}}}}]}"""));
            stream.Event(Chunk($$$"""{"tool_calls":[{"index":{{{i}}},"function":{"arguments":{{{FakeStream.Quote(call.Arguments[half..])}}}}}]}"""));
        }

        return FakeReply.Stream(stream.Event(Chunk("{}", "\"tool_calls\"")).Event(
            """{"choices":[],"created":1,"id":"chatcmpl-az","model":"gpt-4o","object":"chat.completion.chunk","usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}""").Done());
    }

    /// <summary>404: no such deployment.</summary>
    public static FakeReply NoDeployment() => Error(404, "DeploymentNotFound", "The API deployment for this resource does not exist.");

    /// <summary>401: its code is the status, and `type` and `param` are missing.</summary>
    public static FakeReply WrongKey() => Error(401, "401", "Access denied due to invalid subscription key or wrong API endpoint.");

    /// <summary>429, with both forms of a time to wait.</summary>
    public static FakeReply TooManyRequests(TimeSpan wait) => Error(
        429, "429", "Requests have exceeded the token rate limit of your current pricing tier.",
        ("retry-after", Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture)), ("retry-after-ms", wait.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)));

    /// <summary>400: the filter refused the prompt.</summary>
    public static FakeReply Filtered(string code = "content_filter") => FakeReply.Status(
        400,
        """{"error":{"message":"The response was filtered.","type":null,"param":"prompt","code":""" + FakeStream.Quote(code)
        + ""","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"violence":{"filtered":true,"severity":"high"}}}}}""",
        ("apim-request-id", "apim-1"));

    /// <summary>An error as most of Azure's are: a code and a message.</summary>
    public static FakeReply Error(int status, string code, string message, params (string Name, string Value)[] headers) =>
        FakeReply.Status(status, $$$"""{"error":{"code":"{{{code}}}","message":"{{{message}}}"}}""", [("apim-request-id", "apim-1"), .. headers]);

    private static string Chunk(string delta, string finish = "null") =>
        """{"choices":[{"content_filter_results":{},"delta":""" + delta + ""","finish_reason":""" + finish
        + ""","index":0,"logprobs":null}],"created":1,"id":"chatcmpl-az","model":"gpt-4o","object":"chat.completion.chunk"}""";
}
