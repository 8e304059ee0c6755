using System.Text.Json;

namespace Conductor.TestKit;

/// <summary>What a server of OpenAI's dialect refuses, for a <see cref="FakeUpstream"/> that is to be as strict as the real one.</summary>
/// <remarks>Only what a gateway could get wrong: the key, the model, members, the order of calls and their results, parts that are no parts.</remarks>
public sealed class FakeOpenAIRules
{
    private static readonly HashSet<string> Members =
    [
        "model", "messages", "temperature", "top_p", "n", "stop", "max_completion_tokens", "max_tokens", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs", "seed",
        "user", "safety_identifier", "tools", "tool_choice", "parallel_tool_calls", "response_format", "reasoning_effort", "verbosity", "metadata", "store", "service_tier", "stream", "stream_options",
        "prediction", "modalities", "audio", "web_search_options", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "moderation", "functions", "function_call",
    ];

    private static readonly Dictionary<string, string[]> MessageMembers = new(StringComparer.Ordinal)
    {
        ["system"] = ["role", "content", "name"],
        ["developer"] = ["role", "content", "name"],
        ["user"] = ["role", "content", "name"],
        ["assistant"] = ["role", "content", "name", "refusal", "audio", "tool_calls", "function_call", "annotations"],
        ["tool"] = ["role", "content", "tool_call_id"],
    };

    /// <summary>The header that the key is in, `authorization` or `api-key`, and the value that is let in.</summary>
    public required (string Header, string Value) Key { get; init; }

    /// <summary>The models, or deployments, that there are.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Whether members that nobody knows are passed over, as most servers but OpenAI's own do.</summary>
    public bool IsLenient { get; init; }

    /// <summary>What a request is refused with; null where it is not.</summary>
    public FakeReply? Refuse(RecordedRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Headers.GetValueOrDefault(Key.Header) != Key.Value)
        {
            return FakeReply.Error(401, "invalid_api_key", "Incorrect API key provided.");
        }

        if (request.Method != "POST")
        {
            return null;
        }

        if (request.Path.Contains("/hf-inference/models/", StringComparison.Ordinal))
        {
            return Models.Any(model => request.Path.Contains($"/{model}/", StringComparison.Ordinal)) ? null : FakeReply.Error(404, "model_not_found", "Model not found.");
        }

        JsonElement body;
        try
        {
            body = request.Json;
        }
        catch (JsonException)
        {
            return Wrong("We could not parse the JSON body of your request.");
        }

        var model = body.TryGetProperty("model", out var named) ? named.GetString() : null;
        if (model is null || !Models.Contains(model))
        {
            return FakeReply.Error(404, "model_not_found", $"The model `{model}` does not exist or you do not have access to it.");
        }

        return body.TryGetProperty("messages", out var messages) ? RefuseChat(body, messages) : null;
    }

    private FakeReply? RefuseChat(JsonElement body, JsonElement messages)
    {
        if (!IsLenient && body.EnumerateObject().FirstOrDefault(member => !Members.Contains(member.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
        {
            return FakeReply.Error(400, "unknown_parameter", $"Unrecognized request argument supplied: {unknown.Name}");
        }

        var isStreaming = body.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True;
        if (!isStreaming && body.TryGetProperty("stream_options", out var options) && options.ValueKind != JsonValueKind.Null)
        {
            return Wrong("The 'stream_options' parameter is only allowed when 'stream' is enabled.");
        }

        var open = new HashSet<string>(StringComparer.Ordinal); // calls without a result yet
        var at = 0;
        foreach (var message in messages.EnumerateArray())
        {
            if (Refuse(message, at++, open) is { } mistake)
            {
                return Wrong(mistake);
            }
        }

        return at == 0 ? Wrong("[] is too short - 'messages'")
            : open.Count > 0 ? Wrong($"An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: {string.Join(", ", open)}")
            : null;
    }

    private string? Refuse(JsonElement message, int at, HashSet<string> open)
    {
        var role = message.GetProperty("role").GetString()!;
        if (!MessageMembers.TryGetValue(role, out var known))
        {
            return $"Invalid value: '{role}'. messages[{at}].role";
        }

        if (!IsLenient && message.EnumerateObject().FirstOrDefault(member => !known.Contains(member.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
        {
            return $"Unknown parameter: 'messages[{at}].{unknown.Name}'.";
        }

        if (role == "tool" ? !open.Remove(message.GetProperty("tool_call_id").GetString()!) : open.Count > 0)
        {
            return $"messages[{at}]: messages with role 'tool' must be a response to a preceding message with 'tool_calls', and to each of them";
        }

        var content = message.TryGetProperty("content", out var given) ? given : default;
        var hasCalls = message.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array;
        if (content.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null && !hasCalls)
        {
            return $"Invalid value for 'content': expected a string, got null. messages[{at}].content";
        }

        foreach (var call in hasCalls ? calls.EnumerateArray() : default)
        {
            if (call.GetProperty("function").GetProperty("arguments").ValueKind != JsonValueKind.String || call.GetProperty("type").GetString() != "function")
            {
                return $"Invalid type for 'messages[{at}].tool_calls'";
            }

            open.Add(call.GetProperty("id").GetString()!);
        }

        foreach (var part in content.ValueKind == JsonValueKind.Array ? content.EnumerateArray() : default)
        {
            var type = part.GetProperty("type").GetString()!;
            if (type is not ("text" or "image_url" or "input_audio" or "file" or "refusal") || !part.TryGetProperty(type, out var value)
                || (type == "image_url" && !value.TryGetProperty("url", out _)) || (type == "image_url" && role != "user"))
            {
                return $"Invalid value: '{type}'. messages[{at}].content";
            }
        }

        return null;
    }

    private static FakeReply Wrong(string message) => FakeReply.Error(400, null, message);
}
