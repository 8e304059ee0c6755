using System.Buffers;
using Conductor.Errors;
using Conductor.Wire.Gemini;

namespace Conductor.Host.Dialects.Gemini;

/// <summary>Google's shape of an error: what Conductor's own says more stands in the details.</summary>
internal static class GeminiErrorBody
{
    public static void Write(IBufferWriter<byte> output, ConductorException error, int status, ErrorFacts facts)
    {
        List<KeyValuePair<string, string>> metadata = [new("requestId", facts.RequestId), new("type", error.Type)];
        Add(metadata, "provider", error.Provider);
        Add(metadata, "category", error.Category);
        GeminiErrorWriter.Write(output, new GeminiError(status, error.Message)
        {
            Reason = ReasonOf(error.Code),
            Field = error.Param,
            RetryDelay = error.RetryAfter,
            Metadata = metadata,
        });
    }

    // Reasons are in capitals; of a bad key clients know Google's own.
    private static string ReasonOf(string code) => code == "invalid_api_key" ? "API_KEY_INVALID" : code.ToUpperInvariant();

    private static void Add(List<KeyValuePair<string, string>> metadata, string name, string? value)
    {
        if (value is not null)
        {
            metadata.Add(new(name, value));
        }
    }
}
