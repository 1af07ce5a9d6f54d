#!/bin/sh
# A Slurm cluster of this one machine for tests, run by root, with four pretended GPUs and all its files in one folder.
#   cluster.sh up FOLDER PORT     PORT and PORT + 1 must be free; afterwards SLURM_CONF=FOLDER/slurm.conf is the cluster
#   cluster.sh down FOLDER
# It has two partitions, `low` and `high`: a job in `high` takes the place of one in `low`, which is queued again. It has no database (`sacct`), and no cgroups.
set -eu
verb=$1
folder=$2
host=$(hostname -s)
export SLURM_CONF="$folder/slurm.conf"

up() {
    port=$1
    mkdir -p "$folder/state" "$folder/spool" "$folder/log" "$folder/run" "$folder/gpus"
    chmod 755 "$folder" "$folder/run"
    mkdir -p -m 700 "$folder/munge"
    head -c 1024 /dev/urandom > "$folder/munge/key"
    chmod 400 "$folder/munge/key"
    # A GPU has to be a character device; the number at its end becomes that of CUDA_VISIBLE_DEVICES.
    for gpu in 0 1 2 3; do ln -sf /dev/null "$folder/gpus/nvidia$gpu"; done
    echo "NodeName=$host Name=gpu File=$folder/gpus/nvidia[0-3]" > "$folder/gres.conf"
    {
        echo "ClusterName=tests"
        echo "SlurmctldHost=$host(127.0.0.1)"
        echo "SlurmctldPort=$port"
        echo "SlurmdPort=$((port + 1))"
        echo "SlurmUser=root"
        echo "SlurmdUser=root"
        echo "AuthType=auth/munge"
        # Without it the commands look for the system's own munge.
        echo "AuthInfo=socket=$folder/run/munge.socket,cred_expire=2"
        echo "CredType=cred/munge"
        echo "StateSaveLocation=$folder/state"
        echo "SlurmdSpoolDir=$folder/spool"
        echo "SlurmctldPidFile=$folder/run/slurmctld.pid"
        echo "SlurmdPidFile=$folder/run/slurmd.pid"
        echo "SlurmctldLogFile=$folder/log/slurmctld.log"
        echo "SlurmdLogFile=$folder/log/slurmd.log"
        echo "ProctrackType=proctrack/linuxproc"
        echo "TaskPlugin=task/none"
        echo "MpiDefault=none"
        echo "JobAcctGatherType=jobacct_gather/none"
        echo "AccountingStorageType=accounting_storage/none"
        echo "SelectType=select/cons_tres"
        echo "SelectTypeParameters=CR_CPU"
        echo "SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0"
        echo "PreemptType=preempt/partition_prio"
        echo "PreemptMode=REQUEUE"
        echo "KillWait=5"
        echo "ReturnToService=2"
        echo "SlurmdParameters=config_overrides"
        echo "GresTypes=gpu"
        echo "NodeName=$host NodeAddr=127.0.0.1 CPUs=4 RealMemory=2000 Gres=gpu:4"
        echo "PartitionName=low Nodes=$host Default=YES MaxTime=INFINITE PriorityTier=1"
        echo "PartitionName=high Nodes=$host MaxTime=INFINITE PriorityTier=10 PreemptMode=OFF"
    } > "$SLURM_CONF"
    # Forced, since munged does not like to be root's.
    munged --force --socket="$folder/run/munge.socket" --key-file="$folder/munge/key" --log-file="$folder/munge/log" \
        --pid-file="$folder/run/munged.pid" --seed-file="$folder/munge/seed"
    slurmctld -c
    slurmd -N "$host"
    for attempt in $(seq 60); do
        if sinfo --noheader --format=%t 2> /dev/null | grep -q idle; then exit 0; fi
        sleep 0.5
    done
    echo "the cluster does not come up:" >&2
    tail -n 20 "$folder/log/slurmctld.log" "$folder/log/slurmd.log" >&2
    exit 1
}

down() {
    scancel --quiet --user=root 2> /dev/null || true
    sleep 0.5
    for daemon in slurmd slurmctld munged; do
        if [ -s "$folder/run/$daemon.pid" ]; then
            pid=$(cat "$folder/run/$daemon.pid")
            kill "$pid" 2> /dev/null || true
            for attempt in $(seq 50); do if [ -d "/proc/$pid" ]; then sleep 0.1; fi; done
        fi
    done
}

case $verb in
    up) up "$3" ;;
    down) down ;;
esac
