namespace Conductor.Operations;

/// <summary>An operation that a provider runs itself, without a prompt.</summary>
public interface IOperationEngine
{
    /// <summary>The operation's name, for example `sentiment_analysis`.</summary>
    string Operation { get; }

    /// <summary>The provider's model that this engine is, for example `sentiment-lexicon`; listed by the provider.</summary>
    string ModelId { get; }

    /// <summary>Runs the operation.</summary>
    /// <param name="payload">`{text, language, parameters, context}` as UTF-8 JSON, already held against the operation's request schema.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="OperationRequestException">The engine cannot do what the payload asks for.</exception>
    /// <exception cref="Providers.ProviderException">The engine failed.</exception>
    Task<OperationEngineResult> RunAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);
}
