using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Conductor.Catalog;
using Conductor.Hooks;
using Conductor.Limits;
using Conductor.Operations;
using Conductor.PluginLoading;
using Conductor.Prompts;
using Conductor.ProviderKeys;
using Conductor.Providers;
using Conductor.Settings;
using Conductor.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Conductor.Plugins;

/// <summary>Builds what plugins offer, each in a container of its own that holds only what the host lends.</summary>
internal sealed partial class ProviderFactory(
    ISettings settings, ILoggerFactory loggers, TimeProvider time, IHttpClientFactory http, IMeterFactory meters, ConductorMetrics metrics, IRateLimitStore limits, ILogger<ProviderFactory> logger)
{
    /// <exception cref="PluginFailureException">The plugin cannot make this provider; the message says why.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)] // nothing of the plugin may stay on the caller's stack
    public LiveProvider Create(LoadedPlugin plugin, string name, ProviderSettings provider)
    {
        var services = Lend();
        var keys = provider.KeySettings.Count == 0 ? null : new ProviderKeyRing(name, provider.KeySettings, limits, time, loggers.CreateLogger<ProviderKeyRing>()) { LimitReached = metrics.RateLimitRefusal };
        var context = new ProviderContext
        {
            Name = name,
            Settings = provider.Section,
            Keys = provider.Keys,
            KeyRing = keys,
            DataFolder = Path.Combine(settings.Current.Storage.Path, "providers", name),
        };
        services.AddSingleton(context);
        var container = Build(plugin, services, () => ((IProviderPlugin)plugin.EntryPoint).ConfigureServices(services, context));
        try
        {
            var instance = container.GetService<IModelProvider>()
                ?? throw new PluginFailureException($"Plugin '{plugin.Id}' registers no IModelProvider.");
            var quarantine = new Quarantine(settings.Current.Plugins.Quarantine, time);
            return new LiveProvider(new ProviderEntry(name, plugin.Id, instance, provider, []) { Quarantine = quarantine, Keys = keys }, container, plugin);
        }
        catch (Exception failure)
        {
            Discard(container);
            throw Describe(plugin, failure);
        }
    }

    /// <exception cref="PluginFailureException">The plugin cannot make its operations; the message says why.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public LiveOperations CreateOperations(LoadedPlugin plugin)
    {
        var services = Lend();
        var context = new OperationContext
        {
            Settings = settings.Current.Operations.GetValueOrDefault(plugin.Id)?.Section ?? new ConfigurationBuilder().Build(),
        };
        services.AddSingleton(context);
        var container = Build(plugin, services, () => ((IOperationPlugin)plugin.EntryPoint).ConfigureServices(services, context));
        try
        {
            var entries = container.GetServices<IOperation>()
                .Select(operation => new OperationEntry(operation, plugin.Id)
                {
                    Fingerprint = plugin.Hash,
                    Quarantine = new Quarantine(settings.Current.Plugins.Quarantine, time),
                    Time = time,
                    Faulted = NoteFault,
                    LetOut = NoteLetOut,
                })
                .ToList();
            var functions = container.GetServices<PromptFunction>()
                .Select(function => new PromptFunctionEntry(function, plugin.Id, plugin.Hash)
                {
                    Quarantine = new Quarantine(settings.Current.Plugins.Quarantine, time),
                    Faulted = NoteFault,
                    LetOut = NoteLetOut,
                })
                .ToList();
            if (functions.GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { Key: var twice })
            {
                throw new PluginFailureException($"Plugin '{plugin.Id}' registers two functions named '{twice}'.");
            }

            var hooks = container.GetServices<ICallHook>()
                .Select(hook => new CallHookEntry(hook, plugin.Id, plugin.Hash)
                {
                    Quarantine = new Quarantine(settings.Current.Plugins.Quarantine, time),
                    Time = time,
                    Faulted = NoteFault,
                    LetOut = NoteLetOut,
                })
                .ToList();
            if (hooks.Find(hook => !HookName().IsMatch(hook.Name ?? "")) is not null)
            {
                throw new PluginFailureException($"Plugin '{plugin.Id}' registers a hook whose name is not 1 to 80 lower case letters, digits, '-' and '_'.");
            }

            return entries.Count + functions.Count + hooks.Count > 0
                ? new LiveOperations(entries, functions, hooks, container, plugin)
                : throw new PluginFailureException($"Plugin '{plugin.Id}' registers no IOperation, no PromptFunction and no ICallHook.");
        }
        catch (Exception failure)
        {
            Discard(container);
            throw Describe(plugin, failure);
        }
    }

    private void NoteFault(OperationEntry operation, string fault, TimeSpan? time)
    {
        metrics.PluginFault(operation);
        if (time is { } kept)
        {
            RuntimeLog.OperationQuarantined(logger, operation.Name, operation.PluginId, kept, fault);
        }
    }

    private void NoteFault(PromptFunctionEntry function, string fault, TimeSpan? time)
    {
        metrics.PluginFault(function);
        if (time is { } kept)
        {
            RuntimeLog.FunctionQuarantined(logger, function.DisplayName, function.PluginId, kept, fault);
        }
    }

    private void NoteFault(CallHookEntry hook, string fault, TimeSpan? time)
    {
        metrics.PluginFault(hook);
        RuntimeLog.HookFault(logger, hook.Name, hook.PluginId, fault);
        if (time is { } kept)
        {
            RuntimeLog.HookQuarantined(logger, hook.Name, hook.PluginId, kept, fault);
        }
    }

    private void NoteLetOut(CallHookEntry hook) => RuntimeLog.HookLetOut(logger, hook.Name, hook.PluginId);

    [GeneratedRegex("^[a-z0-9_-]{1,80}$")]
    private static partial Regex HookName();

    private void NoteLetOut(PromptFunctionEntry function) => RuntimeLog.FunctionLetOut(logger, function.DisplayName, function.PluginId);

    private void NoteLetOut(OperationEntry operation) => RuntimeLog.OperationLetOut(logger, operation.Name, operation.PluginId);

    private ServiceCollection Lend()
    {
        // Instances, so that the plugin's container does not dispose what is not its own.
        var services = new ServiceCollection();
        services.AddSingleton(loggers);
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton(time);
        services.AddSingleton(http);
        services.AddSingleton(meters);
        return services;
    }

    private static ServiceProvider Build(LoadedPlugin plugin, ServiceCollection services, Action configure)
    {
        try
        {
            configure();
            return services.BuildServiceProvider();
        }
#pragma warning disable CA1031 // boundary: whatever a plugin throws becomes a sentence on the status page
        catch (Exception failure)
#pragma warning restore CA1031
        {
            throw Describe(plugin, failure);
        }
    }

    private static void Discard(ServiceProvider container)
    {
        try
        {
            container.Dispose();
        }
#pragma warning disable CA1031 // boundary: a plugin's object that can only be disposed asynchronously, or fails at it, must not hide why it is thrown away
        catch (Exception)
#pragma warning restore CA1031
        {
            // What could not be made is told; what was left of it is the collector's.
        }
    }

    // Text only: the exception itself would keep the plugin's code in memory.
    private static PluginFailureException Describe(LoadedPlugin plugin, Exception failure) => failure switch
    {
        PluginFailureException known => known,
        PluginSettingsException mistake => new PluginFailureException(mistake.Message) { IsAboutSettings = true },
        _ => new PluginFailureException($"Plugin '{plugin.Id}' failed with {failure.GetType().Name}: {failure.Message}"),
    };
}

/// <summary>A plugin could not make what it offers. The message is for the status page.</summary>
internal sealed class PluginFailureException(string message) : Exception(message)
{
    /// <summary>True when the plugin's settings are missing or wrong, and the plugin itself is fine.</summary>
    public bool IsAboutSettings { get; init; }
}
