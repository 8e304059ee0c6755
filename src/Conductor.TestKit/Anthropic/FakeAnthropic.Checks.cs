using System.Text.Json;
using System.Text.Json.Nodes;

namespace Conductor.TestKit;

/// <content>What the Messages API refuses.</content>
public sealed partial class FakeAnthropic
{
    private static readonly HashSet<string> Members =
    [
        "model", "max_tokens", "messages", "system", "stop_sequences", "stream", "temperature", "top_p", "top_k", "tools", "tool_choice", "thinking", "output_config",
        "cache_control", "metadata", "service_tier", "speed", "inference_geo", "container", "context_management", "mcp_servers",
    ];

    private static readonly string[] Sampling = ["temperature", "top_p", "top_k"];

    private static readonly string[] BlockTypes = ["text", "image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking", "server_tool_use", "search_result"];

    private (int Status, string Message)? Check(RecordedRequest request, bool isCounting, out JsonObject body)
    {
        body = [];
        try
        {
            if (JsonNode.Parse(request.Body) is not JsonObject parsed)
            {
                return (400, "Input should be a valid dictionary");
            }

            body = parsed;
        }
        catch (JsonException)
        {
            return (400, "The request body is not valid JSON");
        }

        if (body.FirstOrDefault(member => !Members.Contains(member.Key)).Key is { } unknown)
        {
            return (400, $"{unknown}: Extra inputs are not permitted");
        }

        if (request.Headers["anthropic-version"] == "2026-10-21" && Sampling.FirstOrDefault(body.ContainsKey) is { } gone)
        {
            return (400, $"{gone}: Extra inputs are not permitted");
        }

        if (body["model"] is not JsonValue model || !model.TryGetValue<string>(out var name))
        {
            return (400, "model: Field required");
        }

        if (!Models.Contains(name))
        {
            return (404, $"model: {name}");
        }

        if (!isCounting && (body["max_tokens"] is not JsonValue most || !most.TryGetValue<int>(out var tokens) || tokens < 1))
        {
            return (400, "max_tokens: Field required");
        }

        if (body["messages"] is not JsonArray { Count: > 0 } messages)
        {
            return (400, "messages: at least one message is required");
        }

        var mistake = CheckMessages(messages) ?? CheckTools(body["tools"] as JsonArray);
        if (mistake is not null)
        {
            return (400, mistake);
        }

        var words = Words(body);
        return words > ContextWindow ? (400, $"prompt is too long: {words} tokens > {ContextWindow} maximum") : null;
    }

    private static string? CheckMessages(JsonArray messages)
    {
        var open = new HashSet<string>(StringComparer.Ordinal); // calls of the turn before that have no result yet
        for (var i = 0; i < messages.Count; i++)
        {
            var role = (string?)messages[i]?["role"];
            if (role is not ("user" or "assistant" or "system") || (i == 0 && role == "assistant"))
            {
                return i == 0 ? "messages: first message must use the \"user\" role" : $"messages.{i}.role: Input should be 'user' or 'assistant'";
            }

            var blocks = messages[i]!["content"] switch
            {
                JsonArray several => several,
                JsonValue text when text.GetValueKind() == JsonValueKind.String => [new JsonObject { ["type"] = "text", ["text"] = (string?)text }],
                _ => null,
            };
            if (blocks is null || (blocks.Count == 0 && i < messages.Count - 1))
            {
                return $"messages.{i}: all messages must have non-empty content";
            }

            if (CheckBlocks(blocks, i, role, open) is { } mistake)
            {
                return mistake;
            }
        }

        return null;
    }

    private static string? CheckBlocks(JsonArray blocks, int message, string role, HashSet<string> open)
    {
        var calls = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < blocks.Count; i++)
        {
            var where = $"messages.{message}.content.{i}";
            var type = (string?)blocks[i]?["type"];
            if (type is null || !BlockTypes.Contains(type))
            {
                return $"{where}: Input tag '{type}' found using 'type' does not match any of the expected tags";
            }

            switch (type)
            {
                case "text" when string.IsNullOrEmpty((string?)blocks[i]!["text"]):
                    return "messages: text content blocks must be non-empty";
                case "tool_use" when blocks[i]!["input"] is not JsonObject:
                    return $"{where}.tool_use.input: Input should be a valid dictionary";
                case "tool_use":
                    calls.Add((string?)blocks[i]!["id"] ?? "");
                    break;
                case "tool_result" when role != "user" || !open.Remove((string?)blocks[i]!["tool_use_id"] ?? ""):
                    return $"{where}: unexpected `tool_use_id` found in `tool_result` blocks: {blocks[i]!["tool_use_id"]}. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.";
                case "thinking" when string.IsNullOrEmpty((string?)blocks[i]!["signature"]):
                    return $"{where}.thinking.signature: Field required";
            }
        }

        if (open.Count > 0)
        {
            return $"messages.{message}: `tool_use` ids were found without `tool_result` blocks immediately after: {string.Join(", ", open)}.";
        }

        open.UnionWith(calls);
        return null;
    }

    private static string? CheckTools(JsonArray? tools)
    {
        for (var i = 0; i < (tools?.Count ?? 0); i++)
        {
            if (tools![i] is not JsonObject tool || (string?)tool["name"] is not { Length: > 0 })
            {
                return $"tools.{i}.name: Field required";
            }

            if (tool["type"] is null or JsonValue && (string?)tool["type"] is null or "custom" && (string?)tool["input_schema"]?["type"] != "object")
            {
                return $"tools.{i}.custom.input_schema.type: Field required";
            }
        }

        return null;
    }

    private static int Words(JsonNode? node) => node switch
    {
        JsonObject members => members.Where(member => member.Key is not ("model" or "type" or "role" or "id" or "tool_use_id" or "data" or "signature")).Sum(member => Words(member.Value)),
        JsonArray items => items.Sum(Words),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => ((string?)value)!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length,
        _ => 0,
    };
}
