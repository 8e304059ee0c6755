using System.Buffers;
using System.Text.Json;
using Conductor.Errors;
using Conductor.Host.Http;

namespace Conductor.Host.Dialects.OpenAI;

/// <summary>OpenAI's shape of an error, plus the provider, the time and the request's id. Operations and status have it too.</summary>
internal static class OpenAIErrorBody
{
    /// <remarks>`code` is a string or null, never a number: the official .NET client calls GetString() on it.</remarks>
    public static void Write(IBufferWriter<byte> output, ConductorException error, ErrorFacts facts)
    {
        using var json = new Utf8JsonWriter(output, JsonResponse.Options);
        json.WriteStartObject();
        WriteObject(json, error, facts.Timestamp);
        json.WriteString("request_id", facts.RequestId);
        json.WriteEndObject();
    }

    /// <summary>The member `error` of an object that is open.</summary>
    public static void WriteObject(Utf8JsonWriter json, ConductorException error, DateTimeOffset timestamp)
    {
        json.WriteStartObject("error");
        json.WriteString("message", error.Message);
        json.WriteString("type", error.Type);
        json.WriteString("param", error.Param);
        json.WriteString("code", error.Code);
        json.WriteString("provider", error.Provider);
        json.WriteString("category", error.Category);
        json.WriteString("timestamp", timestamp);
        json.WriteEndObject();
    }
}
