using System.Text.Json;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Errors;
using Conductor.Settings;

namespace Conductor.Operations;

/// <summary>What the payload of an operation of embedding models wants turned into vectors.</summary>
internal static class EmbeddingPayload
{
    /// <summary>The texts, each held to its length; null for an operation of another kind.</summary>
    /// <param name="entry">The operation.</param>
    /// <param name="payload">The request, already checked by schema and operation.</param>
    /// <param name="longest">Longest text, in UTF-16 code units.</param>
    /// <param name="settings">How long the operation's code may take.</param>
    /// <param name="callerAborted">Cancelled when the caller leaves.</param>
    /// <exception cref="ConductorException">400 for a text of a wrong length, 502 where the operation's own code fails or does not come back.</exception>
    public static async Task<EmbeddingRequest?> ReadAsync(
        OperationEntry entry, ReadOnlyMemory<byte> payload, int longest, ReliabilitySettings settings, CancellationToken callerAborted)
    {
        if (!entry.IsEmbedding)
        {
            return null;
        }

        var request = await OperationGuard.ReadAsync(entry, operation => Of((IEmbeddingOperation)operation, payload), settings, callerAborted).ConfigureAwait(false);
        var inputs = request.Inputs!;
        for (var index = 0; index < inputs.Count; index++)
        {
            if (inputs[index].Length == 0 || inputs[index].Length > longest)
            {
                var field = FieldOf(payload, index);
                throw new InvalidRequestException($"'{field}' has {inputs[index].Length} characters; it must hold 1 to {longest}.", field, "invalid_length");
            }
        }

        return request;
    }

    /// <summary>The operation's own reading of a payload, under a lease; its list is copied, so that none of its types travels on.</summary>
    public static EmbeddingRequest Of(IEmbeddingOperation operation, ReadOnlyMemory<byte> payload)
    {
        var inputs = operation.ReadInputs(payload);
        return new EmbeddingRequest([.. inputs.Texts], inputs.Dimensions);
    }

    // By the names of the shipped operation: an operation of other names is told `text`.
    private static string FieldOf(ReadOnlyMemory<byte> payload, int index)
    {
        using var document = JsonDocument.Parse(payload);
        var root = document.RootElement;
        return root.TryGetProperty("texts", out _) ? $"texts[{index}]"
            : root.TryGetProperty("parameters", out var parameters) && parameters.TryGetProperty("texts", out _) ? $"parameters.texts[{index}]"
            : "text";
    }
}
