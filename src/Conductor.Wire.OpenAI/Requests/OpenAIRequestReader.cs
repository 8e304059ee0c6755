using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>Chat requests: bytes to types.</summary>
public static class OpenAIRequestReader
{
    /// <summary>Reads a request.</summary>
    /// <exception cref="WireRequestException">The body is not a chat request; the exception names the member.</exception>
    public static OpenAIChatRequest Read(ReadOnlySpan<byte> body)
    {
        var root = new RequestElement(StrictJson.ParseRequest(body), "");
        var options = new ChatOptions();
        var extra = new AdditionalPropertiesDictionary();
        var isStreaming = false;
        var wantsUsage = false;
        long? maxTokens = null;
        long? maxCompletionTokens = null;

        foreach (var property in root.Value.EnumerateObject())
        {
            var member = new RequestElement(property.Value, property.Name);
            switch (property.Name)
            {
                case "messages" or "provider":
                    break;
                case "model":
                    options.ModelId = member.IsNull ? null : member.NonEmptyString();
                    break;
                case "stream":
                    isStreaming = member.OptionalBoolean() ?? false;
                    break;
                case "stream_options":
                    wantsUsage = !member.IsNull && (member.RequireObject()["include_usage"].OptionalBoolean() ?? false);
                    break;
                case "temperature":
                    options.Temperature = (float?)member.OptionalNumber(0, 2);
                    break;
                case "top_p":
                    options.TopP = (float?)member.OptionalNumber(0, 1);
                    break;
                case "top_k":
                    // Not OpenAI's, and read by most servers that speak its dialect.
                    options.TopK = (int?)member.OptionalInteger(-1, int.MaxValue);
                    break;
                case "frequency_penalty":
                    options.FrequencyPenalty = (float?)member.OptionalNumber(-2, 2);
                    break;
                case "presence_penalty":
                    options.PresencePenalty = (float?)member.OptionalNumber(-2, 2);
                    break;
                case "max_tokens":
                    maxTokens = member.OptionalInteger(1, int.MaxValue);
                    break;
                case "max_completion_tokens":
                    maxCompletionTokens = member.OptionalInteger(1, int.MaxValue);
                    break;
                case "seed":
                    options.Seed = member.OptionalInteger(long.MinValue, long.MaxValue);
                    break;
                case "stop":
                    options.StopSequences = ReadStop(member);
                    break;
                case "parallel_tool_calls":
                    options.AllowMultipleToolCalls = member.OptionalBoolean();
                    break;
                case "response_format":
                    ReadResponseFormat(member, options, extra);
                    break;
                case "reasoning_effort":
                    ReadReasoningEffort(member, options, extra);
                    break;
                case "tools":
                    options.Tools = member.IsNull ? null : ToolReader.ReadTools(member);
                    break;
                case "tool_choice":
                    ToolReader.ReadChoice(member, options, extra);
                    break;
                default:
                    KeepChecked(member, extra);
                    break;
            }
        }

        options.MaxOutputTokens = (int?)(maxCompletionTokens ?? maxTokens);
        options.AdditionalProperties = extra.Count > 0 ? extra : null;
        return new OpenAIChatRequest(MessageReader.ReadAll(root["messages"]), options) { IsStreaming = isStreaming, WantsUsage = wantsUsage };
    }

    /// <summary>Members without a typed home: those with a known type are checked, all are kept under their own name.</summary>
    private static void KeepChecked(RequestElement member, AdditionalPropertiesDictionary extra)
    {
        if (member.IsNull)
        {
            return;
        }

        switch (member.Path)
        {
            case "n":
                member.OptionalInteger(1, KnownMembers.MaxChoices);
                break;
            case "top_logprobs":
                member.OptionalInteger(0, 20);
                break;
            case "logprobs" or "store":
                member.OptionalBoolean();
                break;
            case "user" or "service_tier" or "verbosity" or "safety_identifier" or "prompt_cache_key":
                member.String();
                break;
            case "logit_bias" or "metadata" or "prediction" or "audio" or "web_search_options":
                member.RequireObject();
                break;
            case "modalities" or "functions":
                member.RequireArray();
                break;
        }

        extra[member.Path] = member.Value;
    }

    private static List<string>? ReadStop(RequestElement stop)
    {
        if (stop.IsNull)
        {
            return null;
        }

        if (stop.Value.ValueKind == JsonValueKind.String)
        {
            return [stop.String()];
        }

        if (stop.Value.ValueKind != JsonValueKind.Array)
        {
            throw stop.WrongType("a string or an array of strings");
        }

        return stop.Value.GetArrayLength() <= KnownMembers.MaxStops
            ? [.. stop.Items().Select(item => item.String())]
            : throw stop.Invalid($"may hold at most {KnownMembers.MaxStops} strings");
    }

    private static void ReadResponseFormat(RequestElement format, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        if (format.IsNull)
        {
            return;
        }

        var type = format.RequireObject()["type"];
        switch (type.String())
        {
            case "text":
                options.ResponseFormat = ChatResponseFormat.Text;
                break;
            case "json_object":
                options.ResponseFormat = ChatResponseFormat.Json;
                break;
            case "json_schema":
                var definition = format["json_schema"].RequireObject();
                var schema = definition["schema"];
                var name = definition["name"].NonEmptyString();
                if (schema.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
                {
                    throw schema.Value.ValueKind == JsonValueKind.Undefined ? schema.Missing() : schema.WrongType("a JSON schema");
                }

                options.ResponseFormat = ChatResponseFormat.ForJsonSchema(schema.Value, name, definition["description"].OptionalString());
                if (definition["strict"].OptionalBoolean() is { } strict)
                {
                    extra[ChatKeys.Strict] = strict;
                }

                break;
            default:
                throw type.Invalid("must be 'text', 'json_object' or 'json_schema'");
        }
    }

    private static void ReadReasoningEffort(RequestElement effort, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        if (effort.OptionalString() is not { } text)
        {
            return;
        }

        ReasoningEffort? typed = text switch
        {
            "none" => ReasoningEffort.None,
            "low" => ReasoningEffort.Low,
            "medium" => ReasoningEffort.Medium,
            "high" => ReasoningEffort.High,
            "xhigh" => ReasoningEffort.ExtraHigh,
            _ => null,
        };
        if (typed is null)
        {
            // `minimal`, `max` and whatever comes next have no typed word; the wire's own survives.
            extra["reasoning_effort"] = effort.Value;
            return;
        }

        options.Reasoning = new ReasoningOptions { Effort = typed };
    }
}
