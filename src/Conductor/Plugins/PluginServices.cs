using System.Diagnostics;
using System.Globalization;
using Conductor.PluginLoading;
using Conductor.Prompts;
using Conductor.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Conductor.Plugins;

/// <summary>Makes the loader and the prompt store from the settings.</summary>
internal static class PluginServices
{
    public static PluginLoader CreateLoader(IServiceProvider services)
    {
        var settings = services.GetRequiredService<ISettings>().Current;
        var options = new PluginLoaderOptions
        {
            ProviderFolder = settings.Plugins.Path ?? PluginFolders.Find("plugins", AppContext.BaseDirectory),
            OperationFolder = settings.Plugins.Operations ?? PluginFolders.Find("operations", AppContext.BaseDirectory),
            ShadowFolder = ShadowFolder(),
        };
        return new PluginLoader(options, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<PluginLoader>>());
    }

    public static PromptStore CreatePromptStore(IServiceProvider services)
    {
        var settings = services.GetRequiredService<ISettings>().Current;
        return new PromptStore(
            settings.PromptFolder, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<PromptStore>>());
    }

    // One folder per process: two gateways on one machine must not clear away each other's copies. What dead processes left is removed.
    private static string ShadowFolder()
    {
        var root = Path.Combine(Path.GetTempPath(), "conductor-plugins-" + Environment.UserName);
        foreach (var folder in Directory.Exists(root) ? Directory.GetDirectories(root) : [])
        {
            if (int.TryParse(Path.GetFileName(folder).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var owner) && !IsAlive(owner))
            {
                TryDelete(folder);
            }
        }

        return Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Guid.NewGuid():N}"));
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            // Somebody still has it open; the next start tries again.
        }
    }
}
