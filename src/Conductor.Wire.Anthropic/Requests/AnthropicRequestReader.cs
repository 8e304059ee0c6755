using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Requests for a message: bytes to types.</summary>
public static class AnthropicRequestReader
{
    /// <summary>Reads a request to `/v1/messages`.</summary>
    /// <exception cref="WireRequestException">The body is no such request; the exception names the member.</exception>
    public static AnthropicChatRequest Read(ReadOnlySpan<byte> body) => Read(body, isCount: false);

    /// <summary>Reads a request to `/v1/messages/count_tokens`: the same without an answer's length.</summary>
    /// <exception cref="WireRequestException">The body is no such request; the exception names the member.</exception>
    public static AnthropicChatRequest ReadCount(ReadOnlySpan<byte> body) => Read(body, isCount: true);

    private static AnthropicChatRequest Read(ReadOnlySpan<byte> body, bool isCount)
    {
        var root = new RequestElement(StrictJson.ParseRequest(body), "");
        var options = new ChatOptions();
        var extra = new AdditionalPropertiesDictionary();
        var isStreaming = false;
        foreach (var property in root.Value.EnumerateObject())
        {
            var member = new RequestElement(property.Value, property.Name);
            switch (property.Name)
            {
                case "messages" or "system" or "provider" or "thinking" or "output_config":
                    break;
                case "model":
                    options.ModelId = member.IsNull ? null : member.NonEmptyString();
                    break;
                case "stream":
                    isStreaming = member.OptionalBoolean() ?? false;
                    break;
                case "max_tokens":
                    options.MaxOutputTokens = (int?)member.OptionalInteger(1, int.MaxValue);
                    break;
                case "temperature":
                    options.Temperature = (float?)member.OptionalNumber(0, 1);
                    break;
                case "top_p":
                    options.TopP = (float?)member.OptionalNumber(0, 1);
                    break;
                case "top_k":
                    options.TopK = (int?)member.OptionalInteger(0, int.MaxValue);
                    break;
                case "stop_sequences":
                    options.StopSequences = member.IsNull ? null : [.. member.Items().Select(stop => stop.String())];
                    break;
                case "tools":
                    options.Tools = member.IsNull ? null : ToolReader.ReadTools(member);
                    break;
                case "tool_choice":
                    ToolReader.ReadChoice(member, options);
                    break;
                case "metadata":
                    ReadMetadata(member, extra);
                    break;
                case "service_tier":
                    ReadServiceTier(member, extra);
                    break;
                default:
                    if (!member.IsNull)
                    {
                        extra[AnthropicKeys.Of(property.Name)] = property.Value;
                    }

                    break;
            }
        }

        if (!isCount && options.MaxOutputTokens is null)
        {
            throw root["max_tokens"].Missing();
        }

        ThinkingReader.Read(root["thinking"], root["output_config"], options, extra);
        options.AdditionalProperties = extra.Count > 0 ? extra : null;
        return new AnthropicChatRequest(MessageReader.ReadAll(root["system"], root["messages"]), options) { IsStreaming = isStreaming };
    }

    private static void ReadMetadata(RequestElement metadata, AdditionalPropertiesDictionary extra)
    {
        if (metadata.IsNull)
        {
            return;
        }

        foreach (var member in metadata.RequireObject().Value.EnumerateObject())
        {
            if (member.Name == "user_id")
            {
                if (metadata["user_id"].OptionalString() is not null)
                {
                    extra["user"] = member.Value;
                }
            }
            else if (member.Value.ValueKind != JsonValueKind.Null)
            {
                extra[AnthropicKeys.Of("metadata." + member.Name)] = member.Value;
            }
        }
    }

    private static void ReadServiceTier(RequestElement tier, AdditionalPropertiesDictionary extra)
    {
        switch (tier.OptionalString())
        {
            case null:
                break;
            case "auto":
                extra["service_tier"] = tier.Value;
                break;
            case "standard_only":
                extra["service_tier"] = ServiceTiers.Default;
                break;
            default:
                extra[AnthropicKeys.Of("service_tier")] = tier.Value;
                break;
        }
    }
}
