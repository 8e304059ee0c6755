using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Conductor.Operations;

namespace Conductor.Providers.Local.Text;

/// <summary>Reads an engine's payload.</summary>
internal static class EnginePayload
{
    /// <exception cref="OperationRequestException">The payload is not the JSON of a <typeparamref name="TRequest"/>.</exception>
    public static TRequest Read<TRequest>(ReadOnlyMemory<byte> payload, JsonTypeInfo<TRequest> type)
    {
        try
        {
            return JsonSerializer.Deserialize(payload.Span, type)
                ?? throw new OperationRequestException("", "The request is null where a JSON object is expected.");
        }
        catch (JsonException mistake)
        {
            var field = mistake.Path is { Length: > 2 } path ? path[2..] : "";
            throw new OperationRequestException(field, $"The request cannot be read: {mistake.Message}", mistake);
        }
    }
}
