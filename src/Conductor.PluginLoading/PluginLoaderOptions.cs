namespace Conductor.PluginLoading;

/// <summary>Where plugins lie and what they share with the host.</summary>
public sealed record PluginLoaderOptions
{
    /// <summary>What a plugin takes from the host, unless <see cref="SharedAssemblies"/> says otherwise.</summary>
    /// <remarks>
    /// The contract and whatever its types carry must be one and the same on both sides: Microsoft.Extensions.AI's types carry `JsonElement`, hence
    /// System.Text.Json. SQLite is here because a private copy hooks the process's exit and would never leave memory.
    /// </remarks>
    public static IReadOnlyList<string> DefaultSharedAssemblies { get; } =
    [
        "Conductor.Abstractions",
        "Conductor.Operations.Contracts",
        "Microsoft.Extensions.AI.Abstractions",
        "Microsoft.Extensions.Configuration",
        "Microsoft.Extensions.Configuration.Abstractions",
        "Microsoft.Extensions.Configuration.Binder",
        "Microsoft.Extensions.DependencyInjection",
        "Microsoft.Extensions.DependencyInjection.Abstractions",
        "Microsoft.Extensions.Diagnostics",
        "Microsoft.Extensions.Diagnostics.Abstractions",
        "Microsoft.Extensions.Http",
        "Microsoft.Extensions.Logging",
        "Microsoft.Extensions.Logging.Abstractions",
        "Microsoft.Extensions.Options",
        "Microsoft.Extensions.Primitives",
        "System.Text.Json",
        "System.Diagnostics.DiagnosticSource",
        "Microsoft.Data.Sqlite",
        "SQLitePCLRaw.*",
    ];

    /// <summary>Assemblies of the framework that every plugin loads for itself, unless <see cref="IsolatedFrameworkAssemblies"/> differs.</summary>
    /// <remarks>Both remember what they are shown, TypeDescriptor types and `dynamic` call sites: the memory dies with the copy.</remarks>
    public static IReadOnlyList<string> DefaultIsolatedFrameworkAssemblies { get; } = ["System.ComponentModel.TypeConverter", "Microsoft.CSharp"];

    /// <summary>The folder of provider plugins; null where there is none.</summary>
    public string? ProviderFolder { get; init; }

    /// <summary>The folder of operation plugins; null where there is none.</summary>
    public string? OperationFolder { get; init; }

    /// <summary>A folder of the loader's own. Plugins are copied into it and run from the copy; what earlier runs left in it is deleted.</summary>
    public required string ShadowFolder { get; init; }

    /// <summary>Which contents may run; asked at every scan. By default all.</summary>
    public Func<PluginPins> Pins { get; init; } = static () => PluginPins.None;

    /// <summary>How many versions of one plugin may stay in memory after their unload before a further one is refused; asked at every load. At least 1.</summary>
    public Func<int> LeakBudget { get; init; } = static () => 5;

    /// <summary>Simple names of assemblies of which the host's copy wins; a trailing `*` stands for any ending.</summary>
    /// <remarks>The framework's copy wins without being named, unless the plugin needs and brings a newer one.</remarks>
    public IReadOnlyList<string> SharedAssemblies { get; init; } = DefaultSharedAssemblies;

    /// <summary>Simple names of framework assemblies that each plugin loads for itself, so that it can leave memory again.</summary>
    public IReadOnlyList<string> IsolatedFrameworkAssemblies { get; init; } = DefaultIsolatedFrameworkAssemblies;
}
