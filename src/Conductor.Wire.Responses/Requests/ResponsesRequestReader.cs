using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>Requests: bytes to types.</summary>
public static class ResponsesRequestReader
{
    /// <summary>Reads a request that stands on its own.</summary>
    /// <exception cref="WireRequestException">The body is no such request, or wants what only OpenAI's own servers have; the exception names the member.</exception>
    public static ResponsesRequest Read(ReadOnlySpan<byte> body) => Read(StrictJson.ParseRequest(body), []);

    /// <summary>Reads a request that goes on from earlier ones.</summary>
    /// <param name="body">The whole body.</param>
    /// <param name="before">The items of the conversation until now, inputs and outputs, oldest first.</param>
    /// <exception cref="WireRequestException">As above.</exception>
    public static ResponsesRequest Read(JsonElement body, IEnumerable<JsonElement> before)
    {
        ArgumentNullException.ThrowIfNull(before);
        var root = new RequestElement(body, "");
        var options = new ChatOptions();
        var extra = new AdditionalPropertiesDictionary();
        RefuseStateElsewhere(root);
        foreach (var property in body.EnumerateObject())
        {
            ReadMember(new RequestElement(property.Value, property.Name), options, extra);
        }

        ResponsesToolReader.Read(root["tools"], root["tool_choice"], options, extra);
        options.AdditionalProperties = extra.Count > 0 ? extra : null;
        var items = new ItemReader();
        foreach (var item in before)
        {
            items.Read(new RequestElement(item, "previous_response_id"));
        }

        ReadInput(root["input"], items);
        return new ResponsesRequest(items.Complete(), options, body)
        {
            IsStreaming = root["stream"].OptionalBoolean() ?? false,
            IsStored = root["store"].OptionalBoolean() ?? true,
            PreviousId = root["previous_response_id"].OptionalString(),
        };
    }

    /// <summary>Refuses what would need state that nobody here has, whoever answers: work in the background, OpenAI's conversations.</summary>
    /// <exception cref="WireRequestException">The request wants it.</exception>
    public static void RefuseStateElsewhere(RequestElement root)
    {
        if (root["background"].OptionalBoolean() == true)
        {
            throw Unsupported(root["background"], "is not supported: every answer is given while the caller waits. Leave it out, or stream");
        }

        if (!root["conversation"].IsNull)
        {
            throw Unsupported(root["conversation"], "is not supported; go on from an answer with 'previous_response_id', or send all items as 'input'");
        }
    }

    private static void ReadInput(RequestElement input, ItemReader items)
    {
        switch (input.Value.ValueKind)
        {
            case JsonValueKind.String:
                items.ReadText(input.NonEmptyString());
                break;
            case JsonValueKind.Array:
                foreach (var item in input.Items())
                {
                    items.Read(item);
                }

                break;
            case JsonValueKind.Undefined or JsonValueKind.Null:
                throw new WireRequestException("input", "'input' is missing.", WireRequestCodes.MissingMember);
            default:
                throw input.WrongType("a string or an array of items");
        }

        if (items.IsEmpty)
        {
            throw input.Invalid("must not be empty");
        }
    }

    private static void ReadMember(RequestElement member, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        switch (member.Path)
        {
            case "input" or "provider" or "stream" or "store" or "previous_response_id" or "tools" or "tool_choice" or "background" or "conversation":
                break;
            case "model":
                options.ModelId = member.IsNull ? null : member.NonEmptyString();
                break;
            case "instructions":
                options.Instructions = member.OptionalString();
                break;
            case "temperature":
                options.Temperature = (float?)member.OptionalNumber(0, 2);
                break;
            case "top_p":
                options.TopP = (float?)member.OptionalNumber(0, 1);
                break;
            case "max_output_tokens":
                options.MaxOutputTokens = (int?)member.OptionalInteger(1, int.MaxValue);
                break;
            case "parallel_tool_calls":
                options.AllowMultipleToolCalls = member.OptionalBoolean();
                break;
            case "text":
                ReadText(member, options, extra);
                break;
            case "reasoning":
                ReadReasoning(member, options, extra);
                break;
            case "include":
                ReadInclude(member, extra);
                break;
            case "top_logprobs":
                if (member.OptionalInteger(0, 20) is > 0)
                {
                    extra["top_logprobs"] = member.Value;
                    extra["logprobs"] = Json("true"u8);
                }

                break;
            case "truncation":
                if (member.OptionalString() is { } truncation && truncation != "disabled")
                {
                    extra[ChatKeys.Of(ResponsesKeys.Dialect, "truncation")] = truncation == "auto" ? member.Value : throw member.Invalid("must be 'auto' or 'disabled'");
                }

                break;
            case "prompt":
                if (!member.IsNull)
                {
                    throw Unsupported(member, "names a template in OpenAI's account, which other models cannot read; send 'instructions' and 'input'");
                }

                break;
            case "stream_options":
                if (!member.IsNull)
                {
                    member.RequireObject()["include_obfuscation"].OptionalBoolean(); // padding against observers of lengths: nothing to do
                }

                break;
            default:
                Keep(member, extra);
                break;
        }
    }

    /// <summary>Members without a typed home: those that the chat dialect has too stand under their name, all others under this dialect's.</summary>
    private static void Keep(RequestElement member, AdditionalPropertiesDictionary extra)
    {
        if (member.IsNull)
        {
            return;
        }

        switch (member.Path)
        {
            case "user" or "service_tier" or "safety_identifier" or "prompt_cache_key" or "prompt_cache_retention":
                member.String();
                extra[member.Path] = member.Value;
                return;
            case "metadata":
                member.RequireObject();
                extra[member.Path] = member.Value;
                return;
            case "max_tool_calls":
                member.OptionalInteger(1, int.MaxValue);
                break;
        }

        extra[ChatKeys.Of(ResponsesKeys.Dialect, member.Path)] = member.Value;
    }

    private static void ReadText(RequestElement text, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        if (text.IsNull)
        {
            return;
        }

        if (text.RequireObject()["verbosity"].OptionalString() is not null)
        {
            extra["verbosity"] = text["verbosity"].Value;
        }

        var format = text["format"];
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
                var schema = format["schema"].RequireObject().Value;
                options.ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, format["name"].NonEmptyString(), format["description"].OptionalString());
                if (format["strict"].OptionalBoolean() is { } strict)
                {
                    extra[ChatKeys.Strict] = strict;
                }

                break;
            default:
                throw type.Invalid("must be 'text', 'json_object' or 'json_schema'");
        }
    }

    private static void ReadReasoning(RequestElement reasoning, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        if (reasoning.IsNull)
        {
            return;
        }

        var effort = reasoning.RequireObject()["effort"];
        ReasoningEffort? typed = effort.OptionalString() switch
        {
            "none" => ReasoningEffort.None,
            "low" => ReasoningEffort.Low,
            "medium" => ReasoningEffort.Medium,
            "high" => ReasoningEffort.High,
            "xhigh" => ReasoningEffort.ExtraHigh,
            _ => null,
        };
        if (typed is not null)
        {
            options.Reasoning = new ReasoningOptions { Effort = typed };
        }
        else if (!effort.IsNull)
        {
            extra["reasoning_effort"] = effort.Value; // `minimal`, `max` and whatever comes next have no typed word
        }

        var summary = reasoning["summary"].IsNull ? reasoning["generate_summary"] : reasoning["summary"];
        if (summary.OptionalString() is not null)
        {
            extra[ChatKeys.Of(ResponsesKeys.Dialect, "reasoning.summary")] = summary.Value;
        }
    }

    private static void ReadInclude(RequestElement include, AdditionalPropertiesDictionary extra)
    {
        if (include.IsNull)
        {
            return;
        }

        foreach (var item in include.Items())
        {
            if (item.String() == "message.output_text.logprobs")
            {
                extra["logprobs"] = Json("true"u8);
            }
        }

        // Sealed reasoning is always asked for, and always given where there is any.
        if (include.Value.EnumerateArray().Any(item => !item.ValueEquals("message.output_text.logprobs"u8) && !item.ValueEquals("reasoning.encrypted_content"u8)))
        {
            extra[ChatKeys.Of(ResponsesKeys.Dialect, "include")] = include.Value;
        }
    }

    private static JsonElement Json(ReadOnlySpan<byte> json) => JsonElement.Parse(json);

    private static WireRequestException Unsupported(RequestElement member, string why) => new(member.Path, $"'{member.Path}' {why}.", WireRequestCodes.Unsupported);
}
