namespace Conductor.Providers;

/// <summary>A provider that can fetch a model that it does not have yet, as Ollama can.</summary>
public interface IModelPuller
{
    /// <summary>Fetches a model. The sequence ends when the model can be called.</summary>
    /// <param name="modelId">The provider's own name of the model.</param>
    /// <param name="cancellationToken">Stops reading; whether the provider then stops fetching is its own affair.</param>
    /// <exception cref="ProviderException">The model is not known, or could not be fetched.</exception>
    IAsyncEnumerable<ModelPullProgress> PullAsync(string modelId, CancellationToken cancellationToken);
}

/// <summary>How far a model has come.</summary>
/// <param name="Status">What is being done, in a few words.</param>
/// <param name="CompletedBytes">Bytes fetched of the current part; null where there is nothing to count.</param>
/// <param name="TotalBytes">Bytes of the current part; null where unknown.</param>
public sealed record ModelPullProgress(string Status, long? CompletedBytes = null, long? TotalBytes = null);
