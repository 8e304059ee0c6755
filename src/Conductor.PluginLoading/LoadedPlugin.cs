using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Conductor.PluginLoading;

/// <summary>A plugin whose code is in memory. It holds the only strong references of the loader to that code, and drops them on unload.</summary>
public sealed class LoadedPlugin
{
    private readonly WeakReference _watch;
    private AssemblyLoadContext? _context;
    private object? _entryPoint;

    internal LoadedPlugin(PluginCandidate candidate, AssemblyLoadContext context, object entryPoint)
    {
        Manifest = candidate.Manifest;
        Hash = candidate.Hash;
        File = candidate.File;
        _context = context;
        _entryPoint = entryPoint;
        _watch = new WeakReference(context, trackResurrection: true); // until its finalizer has run, its code may still
    }

    public PluginManifest Manifest { get; }

    public PluginKind Kind => Manifest.Kind;

    public string Id => Manifest.Id;

    /// <summary>SHA-256 over all files of the plugin, 64 hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>The DLL it came from, as a path below the plugin folder.</summary>
    public string File { get; }

    /// <summary>Which load of this plugin it is in this process, from 1.</summary>
    public int Generation { get; internal init; }

    /// <summary>The plugin's entry point: an <c>IProviderPlugin</c> or an <c>IOperationPlugin</c>, by <see cref="Kind"/>.</summary>
    /// <remarks>Keep no reference to it, nor to anything it makes, beyond the unload: one is enough to keep all of its code in memory.</remarks>
    /// <exception cref="ObjectDisposedException">The plugin was unloaded.</exception>
    public object EntryPoint => Volatile.Read(ref _entryPoint) ?? throw new ObjectDisposedException($"plugin {Id}");

    /// <summary>Whether its code is still in memory, unloaded or not.</summary>
    public bool IsAlive => _watch.IsAlive;

    /// <summary>Whether it may still be called: false from the moment it drains.</summary>
    internal bool Serves { get; set; } = true;

    /// <summary>Lets go of the code. Nothing may stay on the stack of the caller, hence no inlining.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Release()
    {
        Serves = false;
        Volatile.Write(ref _entryPoint, null);
        Interlocked.Exchange(ref _context, null)?.Unload();
    }
}
