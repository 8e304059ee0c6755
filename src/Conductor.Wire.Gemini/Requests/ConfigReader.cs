using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>`generationConfig`: what has a typed home goes there, what OpenAI has goes under its name, the rest under its own.</summary>
internal static class ConfigReader
{
    public static void Read(RequestElement config, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        RequestElement? mimeType = null, schema = null, jsonSchema = null;
        foreach (var (name, member) in config.Members())
        {
            switch (name)
            {
                case "temperature":
                    options.Temperature = (float?)member.OptionalNumber(0, 2);
                    break;
                case "topP":
                    options.TopP = (float?)member.OptionalNumber(0, 1);
                    break;
                case "topK":
                    // Some clients send 40.0: the protocol buffer held a float once.
                    options.TopK = (int?)member.OptionalNumber(0, int.MaxValue);
                    break;
                case "maxOutputTokens":
                    options.MaxOutputTokens = (int?)member.Integer(1, int.MaxValue);
                    break;
                case "stopSequences":
                    options.StopSequences = [.. member.Items().Select(item => item.NonEmptyString())];
                    break;
                case "seed":
                    options.Seed = member.Integer(int.MinValue, int.MaxValue);
                    break;
                case "presencePenalty":
                    options.PresencePenalty = (float?)member.OptionalNumber(-2, 2);
                    break;
                case "frequencyPenalty":
                    options.FrequencyPenalty = (float?)member.OptionalNumber(-2, 2);
                    break;
                case "candidateCount":
                    extra["n"] = Number(member.Integer(1, GeminiPeek.MaxCandidates));
                    break;
                case "responseLogprobs":
                    member.OptionalBoolean();
                    extra[ChatKeys.Logprobs] = member.Value;
                    break;
                case "logprobs":
                    extra["top_logprobs"] = Number(member.Integer(0, 20));
                    break;
                case "responseMimeType":
                    mimeType = member;
                    break;
                case "responseSchema":
                    schema = member;
                    break;
                case "responseJsonSchema" or "_responseJsonSchema":
                    jsonSchema = member;
                    break;
                case "thinkingConfig":
                    ReadThinking(member, options, extra);
                    break;
                case "responseModalities" when IsTextOnly(member):
                    break; // what it would be anyway
                default:
                    Keep(extra, name, member);
                    break;
            }
        }

        ReadFormat(mimeType, schema, jsonSchema, options, extra);
    }

    private static void ReadFormat(
        RequestElement? mimeType, RequestElement? schema, RequestElement? jsonSchema, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        if (schema is not null && jsonSchema is { } twice)
        {
            throw twice.Invalid("and 'responseSchema' are both given; an answer has one schema");
        }

        var type = mimeType?.String();
        switch (type)
        {
            case "application/json":
                options.ResponseFormat = jsonSchema is { } json ? ChatResponseFormat.ForJsonSchema(Schema(json))
                    : schema is { } own ? ChatResponseFormat.ForJsonSchema(GeminiSchema.ToJsonSchema(own))
                    : ChatResponseFormat.Json;
                return;
            case null or "" or "text/plain":
                if ((schema ?? jsonSchema) is { } stray)
                {
                    throw stray.Invalid("needs 'responseMimeType' to be 'application/json'");
                }

                options.ResponseFormat = type == "text/plain" ? ChatResponseFormat.Text : null;
                return;
            default:
                // `text/x.enum`, one of the schema's words without quotes: no other dialect has it.
                Keep(extra, "responseMimeType", mimeType!.Value);
                if (schema is { } words)
                {
                    Keep(extra, "responseSchema", words);
                }

                if (jsonSchema is { } others)
                {
                    Keep(extra, "responseJsonSchema", others);
                }

                return;
        }
    }

    private static void ReadThinking(RequestElement thinking, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        var reasoning = new ReasoningOptions();
        foreach (var (name, member) in thinking.Members())
        {
            switch (name)
            {
                case "includeThoughts":
                    reasoning.Output = member.OptionalBoolean() == true ? ReasoningOutput.Summary : ReasoningOutput.None;
                    break;
                case "thinkingBudget":
                    extra[ChatKeys.ThinkingBudget] = member.Integer(-1, int.MaxValue);
                    break;
                case "thinkingLevel":
                    ReadLevel(member, reasoning, extra);
                    break;
                default:
                    Keep(extra, "thinkingConfig." + name, member);
                    break;
            }
        }

        options.Reasoning = reasoning.Effort is null && reasoning.Output is null ? null : reasoning;
    }

    private static void ReadLevel(RequestElement level, ReasoningOptions reasoning, AdditionalPropertiesDictionary extra)
    {
        switch (level.String().ToUpperInvariant())
        {
            case "MINIMAL":
                extra["reasoning_effort"] = GeminiJson.Build(writer => writer.WriteStringValue("minimal"u8));
                break;
            case "LOW":
                reasoning.Effort = ReasoningEffort.Low;
                break;
            case "MEDIUM":
                reasoning.Effort = ReasoningEffort.Medium;
                break;
            case "HIGH":
                reasoning.Effort = ReasoningEffort.High;
                break;
            case "THINKING_LEVEL_UNSPECIFIED":
                break;
            default:
                throw level.Invalid("must be 'MINIMAL', 'LOW', 'MEDIUM' or 'HIGH'");
        }
    }

    private static JsonElement Schema(RequestElement schema) =>
        schema.Value.ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False ? schema.Value : throw schema.WrongType("a JSON schema");

    private static bool IsTextOnly(RequestElement modalities) =>
        modalities.RequireArray().Value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String && item.ValueEquals("TEXT"u8));

    private static JsonElement? Number(long? value) => value is { } number ? GeminiJson.Build(writer => writer.WriteNumberValue(number)) : null;

    private static void Keep(AdditionalPropertiesDictionary extra, string name, RequestElement member) =>
        extra[ChatKeys.Of(GeminiKeys.Dialect, GeminiKeys.ConfigPath + name)] = member.Value;
}
