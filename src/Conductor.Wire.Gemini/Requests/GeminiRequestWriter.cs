using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>Requests for `generateContent` and `streamGenerateContent`: types to bytes. Model and stream stand in the address.</summary>
public static class GeminiRequestWriter
{
    /// <summary>What stands for the signature of a function call that its caller lost: newer models refuse a call without one, and take this in its place.</summary>
    public const string LostSignature = "skip_thought_signature_validator";

    // What other dialects mean by the same, and what says nothing here.
    private static readonly string[] Silent = [ChatKeys.Strict, "stream_options", "model", "messages", "provider", ChatKeys.RefuseLosses];

    /// <summary>Writes a request.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="model">The target's own name of the model, which decides how thinking is asked for; <see cref="ChatOptions.ModelId"/> is ignored.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="options">Sampling, tools, format; see <see cref="ChatKeys"/>.</param>
    /// <returns>What was left out or said otherwise.</returns>
    /// <exception cref="WireRequestException">A message or an option holds what the dialect cannot say.</exception>
    public static LossReport Write(IBufferWriter<byte> output, string model, IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(messages);
        var losses = LossReport.For(options);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            new ContentWriter(model, losses).Write(writer, messages, options?.Instructions);
            ToolWriter.Write(writer, options, losses);
            ConfigWriter.Write(writer, model, options, losses);
            WriteKept(writer, options?.AdditionalProperties, losses);
            writer.WriteEndObject();
        });
        return losses;
    }

    /// <summary>What stands at the top of the body, and what has no place in it at all.</summary>
    private static void WriteKept(Utf8JsonWriter writer, AdditionalPropertiesDictionary? extra, LossReport losses)
    {
        foreach (var (name, value) in extra ?? [])
        {
            if (losses.IsSaid(name) || Silent.Contains(name) || value is null or JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined })
            {
                continue;
            }

            if (ChatKeys.TrySplit(name, out var dialect, out var path))
            {
                if (dialect != GeminiKeys.Dialect)
                {
                    losses.Drop(name);
                }
                else if (!path.StartsWith(GeminiKeys.ConfigPath, StringComparison.Ordinal) && !path.StartsWith(GeminiKeys.ToolConfigPath, StringComparison.Ordinal))
                {
                    writer.WritePropertyName(path);
                    LooseValue.Write(writer, value, path);
                }

                continue;
            }

            switch (name)
            {
                case "service_tier":
                    WriteTier(writer, OptionValue.Text(value), losses);
                    break;
                case "store" when OptionValue.Boolean(value) is { } store:
                    writer.WriteBoolean("store"u8, store);
                    break;
                case "functions" or "function_call":
                    throw new WireRequestException(name, $"'{name}' is the form of old; send 'tools'.", WireRequestCodes.Unsupported);
                case "audio":
                    throw new WireRequestException(name, "'audio' cannot be answered in this dialect; ask for text.", WireRequestCodes.Unsupported);
                case "modalities" when value is JsonElement { ValueKind: JsonValueKind.Array } kinds && kinds.EnumerateArray().All(kind => kind.ValueEquals("text"u8)):
                    break;
                case "modalities":
                    throw new WireRequestException(name, "'modalities' can be 'text' only here.", WireRequestCodes.Unsupported);
                case var _ when ChatKeys.IsNote(name):
                    break;
                default:
                    losses.Drop(name);
                    break;
            }
        }
    }

    private static void WriteTier(Utf8JsonWriter writer, string? tier, LossReport losses)
    {
        switch (tier)
        {
            case "auto":
                break;
            case "default":
                writer.WriteString("serviceTier"u8, "standard"u8);
                break;
            case "flex" or "priority":
                writer.WriteString("serviceTier"u8, tier);
                break;
            default:
                losses.Drop("service_tier");
                break;
        }
    }
}
