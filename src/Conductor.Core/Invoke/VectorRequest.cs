using Conductor.Calls;
using Conductor.Costing;
using Conductor.Money;
using Conductor.Providers;
using Microsoft.Extensions.AI;

namespace Conductor.Invoke;

/// <summary>Texts to vectors, on the target's own generator.</summary>
internal static class VectorRequest
{
    /// <summary>Asks for the vectors and holds the answer to what was asked.</summary>
    /// <param name="scope">The attempt.</param>
    /// <param name="inputs">The texts.</param>
    /// <param name="dimensions">Length of the vectors; null = the model's own.</param>
    /// <exception cref="ProviderException">The target has no embeddings, failed, or answered something else.</exception>
    public static async Task<MadeVectors> SendAsync(AttemptScope scope, IReadOnlyList<string> inputs, int? dimensions)
    {
        var generator = scope.Provider.GetEmbeddingGenerator(scope.Hop.Model.Id)
            ?? throw new ProviderException(ProviderErrorKind.Unsupported, $"Provider '{scope.Hop.Provider.Name}' has no embeddings.");
        var options = new EmbeddingGenerationOptions { ModelId = scope.Hop.Model.Id, Dimensions = dimensions };
        if (scope.Call.Options.RefuseLosses)
        {
            options.AdditionalProperties = new() { [RefusedLosses.Key] = true };
        }

        var made = await scope.GuardAsync(token =>
        {
            scope.Ask();
            return generator.GenerateAsync(inputs, options, token);
        }).ConfigureAwait(false);
        scope.MarkAnswered();
        var usage = UsageReader.Read(made.Usage);
        scope.Got(usage ?? UsageEstimator.Estimate(UsageEstimator.InputTokens(new EmbeddingRequest(inputs, dimensions)), outputTokens: 0)); // should they turn out to be of no use
        scope.Call.Drop(DroppedParameters.Read(made.AdditionalProperties));
        scope.Call.Change(ChangedParameters.Read(made.AdditionalProperties));
        return new MadeVectors([.. made.Select(embedding => embedding.Vector)], usage, CallNotices.From(EmbeddingNotices.Read(made)));
    }
}

/// <summary>What an embedding model gave.</summary>
/// <param name="Vectors">One for each text, in their order, once <see cref="Check"/> has passed them.</param>
/// <param name="Usage">As the target stated it; null where it did not.</param>
/// <param name="Notices">What the caller should know of how they came about.</param>
internal sealed record MadeVectors(IReadOnlyList<ReadOnlyMemory<float>> Vectors, TokenUsage? Usage, IReadOnlyList<string> Notices)
{
    /// <summary>What the length of the vectors is called where vectors are asked for themselves.</summary>
    public const string DimensionsParam = "dimensions";

    /// <summary>One vector for each text, all of one length, and of the length that was asked for.</summary>
    /// <exception cref="ProviderException">They are not.</exception>
    public void Check(int texts, int? dimensions)
    {
        if (Vectors.Count != texts)
        {
            throw new ProviderException(ProviderErrorKind.InvalidResponse, $"{texts} texts went in and {Vectors.Count} vectors came out.");
        }

        var length = Vectors.Count > 0 ? Vectors[0].Length : 0;
        if (length == 0 || Vectors.Any(vector => vector.Length != length || !IsFinite(vector.Span)))
        {
            throw new ProviderException(ProviderErrorKind.InvalidResponse, "The vectors are empty, differ in length, or hold what is no number.");
        }

        if (dimensions is { } asked && asked != length)
        {
            throw new ProviderException(ProviderErrorKind.Unsupported, $"The model makes vectors of {length} dimensions; {asked} were asked for.") { Param = DimensionsParam };
        }
    }

    private static bool IsFinite(ReadOnlySpan<float> vector)
    {
        foreach (var value in vector)
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }
}
