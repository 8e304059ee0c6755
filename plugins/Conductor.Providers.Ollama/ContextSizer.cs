using System.Collections.Concurrent;
using System.Numerics;

namespace Conductor.Providers.Ollama;

/// <summary>
/// Chooses `num_ctx`, the context that Ollama loads a model with. Left alone it is 4,096 tokens on most machines whatever the model can do, and what
/// does not fit is cut off a conversation's beginning without a word.
/// </summary>
/// <remarks>
/// A model that is loaded with another `num_ctx` than the request's is loaded again, which takes seconds and throws away what it had cached of the
/// conversation. So sizes come in steps (powers of two), and a model's size only grows: a short question between two long ones finds the model as it is.
/// A size counts once a call has succeeded with it, so that one that the machine has no memory for is not kept.
/// </remarks>
internal sealed class ContextSizer(OllamaSettings settings)
{
    // Room for an answer whose length the caller leaves open; a model that thinks first needs more.
    private const int OpenOutput = 2_048;
    private const int OpenOutputThinking = 4_096;

    // Of a model that does not say how much it can read.
    private const int MostWhereUnknown = 32_768;

    private readonly ConcurrentDictionary<string, int> _sizes = new(StringComparer.Ordinal);

    /// <summary>The context for a prompt and its answer.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="contextLength">What the model was made for, in tokens; null where unknown.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="output">Tokens of the answer that the caller allows; null where open; 0 for vectors.</param>
    /// <param name="thinks">Whether the model may think first.</param>
    /// <exception cref="ProviderException">The prompt cannot fit.</exception>
    public int Choose(string model, int? contextLength, TokenEstimate prompt, int? output, bool thinks) => Choose(model, contextLength, prompt, output, thinks, isCertain: false);

    /// <summary>
    /// The next size after Ollama has called one too small: one that no prompt of so many bytes can exceed, and if that was not enough either (the model
    /// has a system prompt of its own, which nobody is told of) four times as much. Null where the model has no larger one.
    /// </summary>
    public int? Larger(int tooSmall, string model, int? contextLength, TokenEstimate prompt, int? output, bool thinks)
    {
        var most = MostFor(contextLength);
        return tooSmall >= most ? null
            : Choose(model, contextLength, prompt, output, thinks, isCertain: true) is var certain && certain > tooSmall ? certain
            : (int)Math.Min(tooSmall * 4L, most);
    }

    private int Choose(string model, int? contextLength, TokenEstimate prompt, int? output, bool thinks, bool isCertain)
    {
        var most = MostFor(contextLength);
        if (prompt.Least > most)
        {
            throw new ProviderException(
                ProviderErrorKind.ContextLengthExceeded, $"The prompt has at least {prompt.Least} tokens, and model '{model}' reads {most} here. It was not sent.");
        }

        var room = output ?? (thinks ? OpenOutputThinking : OpenOutput);
        var needed = Math.Min((isCertain ? prompt.Most : prompt.Likely) + room, most);
        var step = (int)Math.Min(BitOperations.RoundUpToPowerOf2((ulong)Math.Max(needed, settings.MinNumCtx)), (ulong)most);
        return Math.Clamp(_sizes.GetValueOrDefault(ModelName.Short(model)), step, Math.Max(step, most));
    }

    /// <summary>The model has answered with this size.</summary>
    public void Keep(string model, int size) => _sizes.AddOrUpdate(ModelName.Short(model), size, (_, before) => Math.Max(before, size));

    /// <summary>Forgets every model that is not listed any more.</summary>
    public void KeepOnly(IReadOnlySet<string> models)
    {
        foreach (var gone in _sizes.Keys.Where(model => !models.Contains(model)))
        {
            _sizes.TryRemove(gone, out _);
        }
    }

    private int MostFor(int? contextLength) => Math.Min(contextLength ?? settings.MaxNumCtx ?? MostWhereUnknown, settings.MaxNumCtx ?? int.MaxValue);
}
