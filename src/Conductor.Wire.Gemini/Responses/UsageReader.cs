using System.Runtime.InteropServices;
using System.Text.Json;

namespace Conductor.Wire.Gemini;

/// <summary>
/// Reads `usageMetadata`. Its prompt holds the cached part and not what tools added; its candidates do not hold the thoughts. Nonsense is clamped and marked.
/// </summary>
internal static class UsageReader
{
    /// <summary>The usage that an answer states; null where it states none.</summary>
    public static WireUsage? Read(JsonElement root)
    {
        if (GeminiJson.Member(root, "usageMetadata"u8, JsonValueKind.Object) is not { } usage)
        {
            return null;
        }

        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(usage));
        reader.Read();
        return Read(ref reader);
    }

    /// <summary>Reads the value that <paramref name="reader"/> stands on, to its end; null where it is no object or states nothing.</summary>
    public static WireUsage? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        long prompt = 0, tools = 0, cached = 0, candidates = 0, thoughts = 0;
        var (ofInput, ofOutput) = (default(Media), default(Media));
        var isSuspect = false;
        var isStated = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("promptTokenCount"u8))
            {
                isStated |= Counter(ref reader, ref isSuspect, out prompt);
            }
            else if (reader.ValueTextEquals("toolUsePromptTokenCount"u8))
            {
                Counter(ref reader, ref isSuspect, out tools);
            }
            else if (reader.ValueTextEquals("cachedContentTokenCount"u8))
            {
                Counter(ref reader, ref isSuspect, out cached);
            }
            else if (reader.ValueTextEquals("candidatesTokenCount"u8))
            {
                isStated |= Counter(ref reader, ref isSuspect, out candidates);
            }
            else if (reader.ValueTextEquals("thoughtsTokenCount"u8))
            {
                isStated |= Counter(ref reader, ref isSuspect, out thoughts);
            }
            else if (reader.ValueTextEquals("promptTokensDetails"u8) || reader.ValueTextEquals("toolUsePromptTokensDetails"u8))
            {
                ReadMedia(ref reader, ref isSuspect, ref ofInput);
            }
            else if (reader.ValueTextEquals("candidatesTokensDetails"u8))
            {
                ReadMedia(ref reader, ref isSuspect, ref ofOutput);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (!isStated)
        {
            return null;
        }

        isSuspect |= cached > prompt;
        return new WireUsage
        {
            InputTokens = WireUsage.Clamp(prompt + tools, ref isSuspect),
            CachedInputTokens = Math.Min(cached, prompt),
            AudioInputTokens = WireUsage.Clamp(ofInput.Audio, ref isSuspect),
            ImageInputTokens = WireUsage.Clamp(ofInput.Images, ref isSuspect),
            OutputTokens = WireUsage.Clamp(candidates + thoughts, ref isSuspect),
            ReasoningTokens = thoughts,
            AudioOutputTokens = WireUsage.Clamp(ofOutput.Audio, ref isSuspect),
            ImageOutputTokens = WireUsage.Clamp(ofOutput.Images, ref isSuspect),
            IsSuspect = isSuspect,
        }.WithPartsInside();
    }

    /// <summary>Reads a list of `{modality, tokenCount}`. Text, video and documents are billed as plain tokens.</summary>
    private static void ReadMedia(ref Utf8JsonReader reader, ref bool isSuspect, ref Media media)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            long tokens = 0;
            var (isAudio, isImage) = (false, false);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("modality"u8))
                {
                    reader.Read();
                    isAudio = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("AUDIO"u8);
                    isImage = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("IMAGE"u8);
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("tokenCount"u8))
                {
                    Counter(ref reader, ref isSuspect, out tokens);
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }

            // Held here, too: a list may be long.
            media = new Media(
                isAudio ? Math.Min(media.Audio + tokens, WireUsage.Limit) : media.Audio,
                isImage ? Math.Min(media.Images + tokens, WireUsage.Limit) : media.Images);
        }
    }

    /// <summary>Reads one counter; false where it is null, so that nothing was stated.</summary>
    private static bool Counter(ref Utf8JsonReader reader, ref bool isSuspect, out long tokens)
    {
        reader.Read();
        tokens = 0;
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return false;
            case JsonTokenType.Number when reader.TryGetInt64(out var whole):
                tokens = WireUsage.Clamp(whole, ref isSuspect);
                return true;
            case JsonTokenType.Number:
                isSuspect = true; // fractional, or beyond 64 bits
                tokens = reader.TryGetDouble(out var number) && !double.IsNaN(number) ? (long)Math.Clamp(Math.Ceiling(number), 0, WireUsage.Limit) : 0;
                return true;
            default:
                isSuspect = true;
                reader.Skip();
                return true;
        }
    }

    private readonly record struct Media(long Audio, long Images);
}
