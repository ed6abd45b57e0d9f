using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace DgxMusic.Tensors.Managed;

/// <summary>Work in numbered tasks that any thread may take.</summary>
unsafe interface IWork
{
    /// <param name="worker">Number of the thread, from 0; no two threads have it at the same time.</param>
    void Run(int task, int worker);
}

/// <summary>
/// A few threads that share the tasks of one piece of work at a time. The caller works too and waits for tasks, never for threads:
/// a thread that the system holds back delays nothing that it has not begun. Idle threads look for work for half a millisecond, so that the many small pieces of a decoder's step
/// find them awake, then sleep.
/// </summary>
sealed unsafe class WorkerPool : IDisposable
{
    /// <summary>Looks, some 40 ns apart, between two looks at the clock.</summary>
    const int LooksPerTime = 64;

    static readonly TimeSpan awake = TimeSpan.FromMilliseconds(0.5), patience = TimeSpan.FromMicroseconds(20);
    readonly Lock exclusive = new();
    readonly object bell = new();
    readonly Thread[] threads;
    delegate*<void*, int, int, void> body;
    void* work;
    int tasks;
    int sleeping;
    bool stopped;
    ExceptionDispatchInfo? fault;

    /// <summary>High half: number of the piece of work. Low half: the next task; at or above <see cref="tasks"/> none is left.</summary>
    Lone state = new() { Value = uint.MaxValue };

    /// <summary>Tasks that have not ended.</summary>
    Lone pending;

    internal WorkerPool(int workers)
    {
        Workers = workers;
        threads = new Thread[workers - 1];
        for (int i = 0; i < threads.Length; i++)
        {
            int worker = i + 1;
            threads[i] = new Thread(() => Serve(worker)) { IsBackground = true, Name = $"tensors {worker}" };
            threads[i].Start();
        }
    }

    internal int Workers { get; }

    /// <summary>Runs every task once and returns when all have ended. Tasks do not start other work on this pool.</summary>
    internal void Run<TWork>(int count, TWork what) where TWork : struct, IWork
    {
        if (count <= 0) return;
        lock (exclusive)
        {
            // Without help for one task: waking threads would cost more.
            if (count == 1 || threads.Length == 0)
            {
                for (int task = 0; task < count; task++) what.Run(task, 0);
                return;
            }

            Publish(&Invoke<TWork>, Unsafe.AsPointer(ref what), count);
            TakeTasks(Volatile.Read(ref state.Value) >> 32, worker: 0);
            AwaitOthers();
            ExceptionDispatchInfo? failed = fault;
            fault = null;
            failed?.Throw();
        }
    }

    public void Dispose()
    {
        lock (bell)
        {
            stopped = true;
            Monitor.PulseAll(bell);
        }

        foreach (Thread thread in threads) thread.Join();
    }

    static void Invoke<TWork>(void* work, int task, int worker) where TWork : struct, IWork => Unsafe.AsRef<TWork>(work).Run(task, worker);

    void Publish(delegate*<void*, int, int, void> newBody, void* newWork, int count)
    {
        // Closed first: a thread that has read a new field finds that it can take no old task with it.
        long number = (state.Value >> 32) + 1;
        Interlocked.Exchange(ref state.Value, (number << 32) | uint.MaxValue);
        body = newBody;
        work = newWork;
        tasks = count;
        Volatile.Write(ref pending.Value, count);
        Interlocked.Exchange(ref state.Value, number << 32);
        if (Volatile.Read(ref sleeping) == 0) return;
        lock (bell) Monitor.PulseAll(bell);
    }

    void TakeTasks(long number, int worker)
    {
        while (true)
        {
            long seen = Volatile.Read(ref state.Value);
            if (seen >> 32 != number) return;
            delegate*<void*, int, int, void> toRun = body;
            void* on = work;
            int count = Volatile.Read(ref tasks);
            uint task = (uint)seen;
            if (task >= (uint)count) return;
            if (Interlocked.CompareExchange(ref state.Value, seen + 1, seen) != seen) continue;
            try
            {
                toRun(on, (int)task, worker);
            }
            catch (Exception exception)
            {
                fault ??= ExceptionDispatchInfo.Capture(exception);
            }

            Interlocked.Decrement(ref pending.Value);
        }
    }

    /// <summary>Others mostly end within a task's time; one that does not is held back by the system, which may want this processor for it.</summary>
    void AwaitOthers()
    {
        long start = Stopwatch.GetTimestamp();
        for (int look = 0; Volatile.Read(ref pending.Value) > 0; look++)
        {
            Thread.SpinWait(1);
            if (look % LooksPerTime == LooksPerTime - 1 && Stopwatch.GetElapsedTime(start) > patience) break;
        }

        var spinner = new SpinWait();
        while (Volatile.Read(ref pending.Value) > 0) spinner.SpinOnce(sleep1Threshold: -1);
    }

    void Serve(int worker)
    {
        long done = 0;
        while (!Volatile.Read(ref stopped))
        {
            long number = Await(done);
            TakeTasks(number, worker);
            done = number;
        }
    }

    /// <summary>Number of the next piece of work after <paramref name="done"/>.</summary>
    long Await(long done)
    {
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < awake;)
        {
            for (int look = 0; look < LooksPerTime; look++)
            {
                long number = Volatile.Read(ref state.Value) >> 32;
                if (number != done) return number;
                Thread.SpinWait(1);
            }
        }

        lock (bell)
        {
            Interlocked.Increment(ref sleeping);
            while (Volatile.Read(ref state.Value) >> 32 == done && !stopped) Monitor.Wait(bell);
            Interlocked.Decrement(ref sleeping);
        }

        return Volatile.Read(ref state.Value) >> 32;
    }

    /// <summary>A number that shares its cache lines with no other: threads that look at it slow nobody who writes beside it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    struct Lone
    {
        [FieldOffset(128)]
        internal long Value;
    }
}
