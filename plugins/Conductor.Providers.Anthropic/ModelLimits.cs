using Conductor.Wire.Anthropic;

namespace Conductor.Providers.Anthropic;

/// <summary>The longest answers of the models, as the upstream's list told last.</summary>
internal sealed class ModelLimits(AnthropicSettings settings)
{
    // What every model takes that is still served; only asked for before the list was read.
    private const int Modest = 8_192;

    private volatile Dictionary<string, int> _listed = [];

    /// <summary>Remembers a list.</summary>
    public void Take(IEnumerable<AnthropicModel> models) =>
        _listed = models.Where(model => model.MaxTokens is not null).ToDictionary(model => model.Id, model => model.MaxTokens!.Value, StringComparer.Ordinal);

    /// <summary>The answer's length to ask for where the caller names none, in tokens.</summary>
    public int MaxTokensOf(string modelId) => settings.MaxTokens ?? (_listed.TryGetValue(modelId, out var most) ? most : Modest);
}
