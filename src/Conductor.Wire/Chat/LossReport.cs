using Microsoft.Extensions.AI;

namespace Conductor.Wire;

/// <summary>
/// What is lost when a request or an answer is said in another dialect: names in the OpenAI dialect, or as their own dialect writes them where OpenAI has none.
/// Each name stands once. For one message, not for two threads.
/// </summary>
/// <param name="isRefused">True: the caller wants a refusal instead of a loss, so that the first one throws.</param>
public sealed class LossReport(bool isRefused = false)
{
    private readonly List<string> _dropped = [];
    private readonly List<string> _changed = [];
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);

    /// <summary>A report for a request: it throws where the options hold <see cref="ChatKeys.RefuseLosses"/>.</summary>
    public static LossReport For(ChatOptions? options) =>
        new(options?.AdditionalProperties?.TryGetValue(ChatKeys.RefuseLosses, out var refused) == true && refused is true);

    /// <summary>What was left out, for `x-conductor-dropped-params`.</summary>
    public IReadOnlyList<string> Dropped => _dropped;

    /// <summary>What was said in other words or with another value, for `x-conductor-loss`.</summary>
    public IReadOnlyList<string> Changed => _changed;

    /// <summary>Something is left out. What an answer would be wrong without is no loss but a <see cref="WireRequestException"/>.</summary>
    /// <exception cref="WireRequestException">Losses are refused.</exception>
    public void Drop(string name)
    {
        Refuse(name, "cannot be passed on to this model");
        if (!_dropped.Contains(name))
        {
            _dropped.Add(name);
        }
    }

    /// <summary>Something is said in other words or with another value.</summary>
    /// <exception cref="WireRequestException">Losses are refused.</exception>
    public void Change(string name)
    {
        Refuse(name, "cannot be passed on to this model as it is");
        if (!_changed.Contains(name))
        {
            _changed.Add(name);
        }
    }

    /// <summary>A member that was written elsewhere.</summary>
    public void MarkSaid(string name) => _said.Add(name);

    /// <summary>Whether <see cref="MarkSaid"/> was called for it.</summary>
    public bool IsSaid(string name) => _said.Contains(name);

    private void Refuse(string name, string what)
    {
        if (isRefused)
        {
            throw new WireRequestException(name, $"'{name}' {what}, and the request does not allow losses ('x-conductor-strict').", WireRequestCodes.Unsupported);
        }
    }
}
