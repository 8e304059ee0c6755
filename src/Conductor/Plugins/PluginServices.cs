using Conductor.PluginLoading;
using Conductor.Prompts;
using Conductor.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Conductor.Plugins;

/// <summary>Makes the loader's options and the prompt store from the settings.</summary>
internal static class PluginServices
{
    public static PluginLoaderOptions CreateLoaderOptions(IServiceProvider services)
    {
        var source = services.GetRequiredService<ISettings>();
        var settings = source.Current;
        return new PluginLoaderOptions
        {
            Pins = () => PinsOf(source.Current),
            LeakBudget = () => source.Current.Plugins.LeakBudget,
            ProviderFolder = settings.Plugins.Path ?? PluginFolders.Find("plugins", AppContext.BaseDirectory),
            OperationFolder = settings.Plugins.Operations ?? PluginFolders.Find("operations", AppContext.BaseDirectory),
            ShadowFolder = Path.Combine(settings.Storage.Path, "plugin-copies"), // not the temporary folder: whoever could write there could choose what runs
        };
    }

    /// <summary>Which contents the settings let run.</summary>
    public static PluginPins PinsOf(ConductorSettings settings) => new(settings.Plugins.Allowed, settings.Plugins.RequirePins);

    public static PromptStore CreatePromptStore(IServiceProvider services)
    {
        var settings = services.GetRequiredService<ISettings>().Current;
        return new PromptStore(
            settings.PromptFolder, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<PromptStore>>());
    }
}
