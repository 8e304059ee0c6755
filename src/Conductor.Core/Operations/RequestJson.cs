using System.Text.Json;
using System.Text.Unicode;
using Conductor.Errors;

namespace Conductor.Operations;

/// <summary>Parses a request strictly: UTF-8, no duplicate members, depth 64, nothing after the end.</summary>
public static class RequestJson
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <exception cref="InvalidRequestException">The bytes are not such a document.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        // JsonDocument lets invalid UTF-8 inside a string pass and throws only when the string is read.
        if (!Utf8.IsValid(body.Span))
        {
            throw new InvalidRequestException("The body is not valid UTF-8.", code: "invalid_json");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, Strict);
        }
        catch (JsonException mistake)
        {
            throw new InvalidRequestException($"The body is not valid JSON: {mistake.Message}", code: "invalid_json", innerException: mistake);
        }
        catch (InvalidOperationException mistake)
        {
            // What looks for duplicates reads every name, and a name with half a surrogate pair cannot be read.
            throw new InvalidRequestException("The body has a member whose name is not valid Unicode.", code: "invalid_json", innerException: mistake);
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            var kind = document.RootElement.ValueKind;
            document.Dispose();
            throw new InvalidRequestException($"The body is a JSON {kind.ToString().ToLowerInvariant()}; it must be an object.", code: "invalid_json");
        }

        return document;
    }
}
