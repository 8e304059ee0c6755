using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>Requests for `generateContent` and `streamGenerateContent`: bytes to types. Members may be spelled in lowerCamelCase or in snake_case, as Google's own server takes them.</summary>
public static class GeminiRequestReader
{
    /// <summary>Reads a request.</summary>
    /// <exception cref="WireRequestException">The body is not a chat request; the exception names the member.</exception>
    public static GeminiChatRequest Read(ReadOnlySpan<byte> body) => Read(new RequestElement(StrictJson.ParseRequest(body), ""));

    internal static GeminiChatRequest Read(RequestElement root)
    {
        var options = new ChatOptions();
        var extra = new AdditionalPropertiesDictionary();
        var messages = new List<ChatMessage>();
        RequestElement? contents = null;
        foreach (var (name, member) in root.Members())
        {
            switch (name)
            {
                case "model":
                    member.String(); // the address says it
                    break;
                case "contents":
                    contents = member;
                    break;
                case "systemInstruction":
                    messages.Insert(0, ContentReader.ReadSystem(member));
                    break;
                case "tools":
                    options.Tools = ToolReader.ReadTools(member);
                    break;
                case "toolConfig":
                    ToolReader.ReadConfig(member, options, extra);
                    break;
                case "generationConfig":
                    ConfigReader.Read(member, options, extra);
                    break;
                case "serviceTier":
                    extra["service_tier"] = Tier(member);
                    break;
                case "store":
                    member.OptionalBoolean();
                    extra["store"] = member.Value;
                    break;
                default:
                    extra[ChatKeys.Of(GeminiKeys.Dialect, name)] = member.Value;
                    break;
            }
        }

        messages.AddRange(new ContentReader().ReadAll(contents ?? throw root["contents"].Missing()));
        options.AdditionalProperties = extra.Count > 0 ? extra : null;
        return new GeminiChatRequest(messages, options);
    }

    /// <summary>Google says `standard` to what OpenAI calls `default`.</summary>
    private static JsonElement Tier(RequestElement tier) => tier.String().ToLowerInvariant() switch
    {
        "standard" => GeminiJson.Build(writer => writer.WriteStringValue("default"u8)),
        "unspecified" or "service_tier_unspecified" => GeminiJson.Build(writer => writer.WriteStringValue("auto"u8)),
        var other => GeminiJson.Build(writer => writer.WriteStringValue(other)),
    };
}
