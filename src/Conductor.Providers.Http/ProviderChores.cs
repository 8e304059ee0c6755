namespace Conductor.Providers.Http;

/// <summary>What providers over HTTP do alike with their lists of models.</summary>
public static class ProviderChores
{
    /// <summary>The models that an upstream lists, and those of the settings that it does not. An upstream without a list is none where the settings name models.</summary>
    /// <param name="settings">The provider's settings.</param>
    /// <param name="ask">Asks the upstream.</param>
    /// <param name="describe">Describes a model of the settings.</param>
    /// <exception cref="ProviderException">The upstream could not be asked.</exception>
    public static async Task<IReadOnlyList<ModelDescriptor>> ListAsync(HttpProviderSettings settings, Func<Task<IReadOnlyList<ModelDescriptor>>> ask, Func<string, ModelDescriptor> describe)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(ask);
        IReadOnlyList<ModelDescriptor> listed;
        try
        {
            listed = await ask().ConfigureAwait(false);
        }
        catch (ProviderException failure) when (failure.Kind == ProviderErrorKind.ModelNotFound && settings.Models.Count > 0)
        {
            listed = [];
        }

        var known = listed.Select(model => model.Id).ToHashSet(StringComparer.Ordinal);
        return [.. listed, .. settings.Models.Where(known.Add).Select(describe)];
    }

    /// <summary>How an upstream is, told by a question that costs nothing.</summary>
    public static async Task<ProviderHealth> CheckAsync(Func<Task> ask)
    {
        ArgumentNullException.ThrowIfNull(ask);
        try
        {
            await ask().ConfigureAwait(false);
            return ProviderHealth.Healthy;
        }
        catch (ProviderException failure)
        {
            return failure.Kind switch
            {
                // It answers, only not to this question, or not now.
                ProviderErrorKind.ModelNotFound => new ProviderHealth(ProviderHealthStatus.Degraded, "It answers but has no list of models at this address."),
                ProviderErrorKind.RateLimited or ProviderErrorKind.Overloaded => new ProviderHealth(ProviderHealthStatus.Degraded, failure.Message),
                _ => new ProviderHealth(ProviderHealthStatus.Unhealthy, failure.Message),
            };
        }
    }
}
