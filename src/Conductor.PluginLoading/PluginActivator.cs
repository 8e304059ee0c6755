using System.Reflection;
using System.Runtime.CompilerServices;
using Conductor.Plugins;

namespace Conductor.PluginLoading;

/// <summary>Creates a plugin's entry point. What goes wrong comes back as a sentence: an exception of its own would keep its code alive.</summary>
internal static class PluginActivator
{
    /// <summary>The entry point, or why there is none.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Activation Create(PluginLoadContext context, string path, PluginManifest manifest)
    {
        Type? type;
        bool fits;
        var contract = manifest.Kind == PluginKind.Provider ? typeof(IProviderPlugin) : typeof(IOperationPlugin);
        try
        {
            type = context.LoadFromAssemblyPath(path).GetType(manifest.EntryPointType, throwOnError: false);
            fits = contract.IsAssignableFrom(type) && !type.IsAbstract && !type.ContainsGenericParameters
                && type.GetConstructor(Type.EmptyTypes) is not null;
        }
#pragma warning disable CA1031 // boundary: the plugin's image and everything it refers to
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return new(null, $"its code cannot be loaded ({Describe(failure)}); build it again.", HasRun: false);
        }

        if (type is null)
        {
            return new(null, $"its attribute names the class {manifest.EntryPointType}, which it does not have.", HasRun: false);
        }

        if (!fits)
        {
            var demand = $"{manifest.EntryPointType} must be a class with a public constructor without parameters that implements {contract.Name}.";
            return new(null, demand, HasRun: false);
        }

        try
        {
            return new(Activator.CreateInstance(type), null, HasRun: true);
        }
#pragma warning disable CA1031 // boundary: the plugin's constructor
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return new(null, $"{manifest.EntryPointType} cannot be created ({Describe(failure)}). That is the plugin's own; it is tried again when its files change, or at the next start.", HasRun: true);
        }
    }

    private static string Describe(Exception failure)
    {
        while (failure is TargetInvocationException or TypeInitializationException && failure.InnerException is { } inner)
        {
            failure = inner;
        }

        try
        {
            return $"{failure.GetType().Name}: {failure.Message}";
        }
#pragma warning disable CA1031 // boundary: Message of a plugin's own exception class
        catch (Exception)
#pragma warning restore CA1031
        {
            return failure.GetType().Name;
        }
    }
}

/// <summary>What came of creating an entry point.</summary>
/// <param name="EntryPoint">The entry point; null on failure.</param>
/// <param name="Failure">The end of a sentence that begins with the file; null on success.</param>
/// <param name="HasRun">Whether any code of the plugin ran.</param>
internal readonly record struct Activation(object? EntryPoint, string? Failure, bool HasRun);
