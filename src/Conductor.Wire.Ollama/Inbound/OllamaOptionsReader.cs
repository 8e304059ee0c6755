using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Ollama;

/// <summary>`options`: sampling, and how the model is to be run.</summary>
internal static class OllamaOptionsReader
{
    public static void Read(RequestElement section, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        if (section.IsNull)
        {
            return;
        }

        foreach (var property in section.RequireObject().Value.EnumerateObject())
        {
            var member = section[property.Name];
            switch (property.Name)
            {
                case "temperature":
                    options.Temperature = (float?)member.OptionalNumber(0, float.MaxValue);
                    break;
                case "top_p":
                    options.TopP = (float?)member.OptionalNumber(0, 1);
                    break;
                case "top_k":
                    options.TopK = (int?)member.OptionalInteger(0, int.MaxValue);
                    break;
                case "frequency_penalty":
                    options.FrequencyPenalty = (float?)member.OptionalNumber(-2, 2);
                    break;
                case "presence_penalty":
                    options.PresencePenalty = (float?)member.OptionalNumber(-2, 2);
                    break;
                case "num_predict":
                    // -1 and -2 mean no limit.
                    options.MaxOutputTokens = member.OptionalInteger(-2, int.MaxValue) is > 0 and var most ? (int)most : null;
                    break;
                case "seed":
                    options.Seed = member.OptionalInteger(long.MinValue, long.MaxValue);
                    break;
                case "stop":
                    options.StopSequences = ReadStop(member);
                    break;
                case "min_p" or "repeat_penalty":
                    if (member.OptionalNumber(0, double.MaxValue) is not null)
                    {
                        extra[property.Name] = member.Value; // as other servers of open models call them
                    }

                    break;
                default:
                    if (!member.IsNull)
                    {
                        extra[ChatKeys.Of("ollama", "options." + property.Name)] = member.Value;
                    }

                    break;
            }
        }
    }

    private static List<string>? ReadStop(RequestElement stop) => stop.Value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => [stop.String()],
        JsonValueKind.Array => [.. stop.Items().Select(item => item.String())],
        _ => throw stop.WrongType("a string or an array of strings"),
    };
}
