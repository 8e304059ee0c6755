using System.Text.Json;
using System.Text.Unicode;

namespace Conductor.Wire.Anthropic;

/// <summary>Looks through answers that go on as bytes: enough to know success from failure and to pay, without building anything.</summary>
public static class AnthropicScan
{
    /// <summary>The usage that a whole answer states; null where it states none.</summary>
    /// <exception cref="WireResponseException">The bytes are no answer: not JSON, no content, an error in a 200.</exception>
    public static WireUsage? ScanMessage(ReadOnlySpan<byte> response)
    {
        if (!Utf8.IsValid(response))
        {
            throw new WireResponseException(WireResponseFault.NotJson, "The answer is not valid UTF-8.");
        }

        var reader = new Utf8JsonReader(StrictJson.Mend(response), StrictJson.ReaderOptions);
        var usage = default(UsageParts);
        bool isError = false, hasContent = false;
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new WireResponseException(WireResponseFault.WrongShape, "The answer is JSON but not an object.");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("usage"u8))
                {
                    reader.Read();
                    usage = default; // of two, the last one counts, as for whoever reads the whole
                    usage.Add(ref reader);
                    continue;
                }

                var (isContent, isErrorMember) = (reader.ValueTextEquals("content"u8), reader.ValueTextEquals("error"u8));
                reader.Read();
                hasContent |= isContent && reader.TokenType == JsonTokenType.StartArray;
                isError |= isErrorMember && reader.TokenType is not (JsonTokenType.Null or JsonTokenType.False);
                reader.Skip();
            }

            while (reader.Read())
            {
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new WireResponseException(WireResponseFault.NotJson, "The answer is not JSON, or it is cut short.", null, failure);
        }

        // Only now is it worth building the object.
        return isError && AnthropicErrorReader.TryRead(response) is { } error
            ? throw new WireResponseException(WireResponseFault.ErrorInside, "The answer is an error in a successful reply.", error)
            : hasContent ? usage.ToUsage()
            : throw new WireResponseException(WireResponseFault.Empty, "The answer has no content.");
    }
}
